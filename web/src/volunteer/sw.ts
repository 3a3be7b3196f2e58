// The volunteer app's worker: the app opens without a network, and a push rings when it is closed.
/// <reference lib="webworker" />
import { keepPush, recordByCookie } from "./keep-push.ts";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

const PAGE = "/volunteer/";
const FILES = self.__WB_MANIFEST.map(({ url, revision }) => ({ path: `/${url}`.replace(/index\.html$/, ""), revision }));
// Another build, another cache: a page and its scripts are always of one build.
const SHELL = `shell-${FILES.map(({ path, revision }) => path + (revision ?? "")).reduce(hash, 7).toString(36)}`;
/** Parts that are loaded later, such as the map: kept once they have been used. */
const LATER = "later";

function hash(before: number, text: string): number {
  for (const letter of text) before = (Math.imul(before, 31) + letter.charCodeAt(0)) >>> 0;
  return before;
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(FILES.map(({ path, revision }) => new Request(path, { cache: revision === null ? "default" : "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL && name !== LATER).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(request));
  else if (url.pathname === "/emblem") event.respondWith(emblem(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (url.pathname.startsWith(PAGE) && !url.pathname.endsWith("sw.js")) event.respondWith(shell(request));
});

/** The newest page where the network gives it soon, else the kept one: a volunteer does not wait for a slow network. */
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: SHELL });
  if (kept === undefined) return fetch(request);
  const fresh = fetch(request).then((response) => (response.ok ? response : kept));
  const patience = new Promise<Response>((resolve) => setTimeout(() => resolve(kept.clone()), 1_500));
  return Promise.race([fresh, patience]).catch(() => kept);
}

async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(LATER);
    void cache.put(request, response.clone());
  }
  return response;
}

/** It may be changed in the settings any day. */
async function emblem(request: Request): Promise<Response> {
  const cache = await caches.open(LATER);
  try {
    const response = await fetch(request);
    if (response.ok) void cache.put(request, response.clone());
    return response;
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}

async function shell(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: SHELL, ignoreSearch: true })) ?? fetch(request);
}

interface Pushed {
  kind?: "alarm" | "test" | "call_off";
  test_id?: string;
  title?: string;
  body?: string;
}

self.addEventListener("push", (event) => {
  let pushed: Pushed = {};
  try {
    pushed = (event.data?.json() as Pushed | undefined) ?? {};
  } catch {
    // A push that cannot be read is still a reason to look.
  }
  const { kind = "alarm" } = pushed;
  const titles = { alarm: "急救呼叫 · Emergency", test: "测试呼叫 · Test alarm", call_off: "呼叫已取消 · Called off" };
  const options = {
    body: pushed.body ?? "请立即打开 · Open now",
    tag: kind === "test" ? "test" : "call",
    data: { test: pushed.test_id },
    renotify: true,
    requireInteraction: kind !== "test",
    vibrate: [700, 150, 700, 150, 700],
    icon: "/volunteer/icon-192.png",
    badge: "/volunteer/icon-192.png",
  };
  event.waitUntil(self.registration.showNotification(pushed.title ?? titles[kind] ?? titles.alarm, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { test } = (event.notification.data ?? {}) as { test?: string };
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      const open = windows.find((client) => new URL(client.url).pathname === PAGE);
      // The app says itself that the test has arrived: the worker holds no token.
      if (open === undefined) return self.clients.openWindow(test === undefined ? PAGE : `${PAGE}#test=${encodeURIComponent(test)}`);
      open.postMessage(test === undefined ? { touched: true } : { test });
      return open.focus();
    }),
  );
});

// Browsers change a subscription by themselves; the service would go on with the old one, which reaches nobody.
self.addEventListener("pushsubscriptionchange", (event) => {
  (event as ExtendableEvent).waitUntil(
    recordByCookie(fetch).then((record) => (record === null ? undefined : keepPush(self.registration.pushManager, record))),
  );
});
