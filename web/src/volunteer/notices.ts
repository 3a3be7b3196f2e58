// Notices of the phone's own system: while the page is in the background, and Web Push for when it is closed.
import { signal } from "@preact/signals";
import { api } from "../shared/api.ts";

export type PushState = "unknown" | "unsupported" | "not_offered" | "off" | "on" | "denied";
export const pushState = signal<PushState>("unknown");

export function showSystemNotice(title: string, body: string): void {
  if (document.visibilityState === "visible" || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const options = { body, tag: "call", requireInteraction: true, renotify: true, vibrate: [700, 150, 700], icon: "/volunteer/icon-192.png" };
  void navigator.serviceWorker?.ready.then((registration) => registration.showNotification(title, options));
}

/** For the page in the background; asked in the tap that goes on duty, when the reason is plain. */
export function askForNotices(): void {
  if (typeof Notification !== "undefined" && Notification.permission === "default") void Notification.requestPermission();
}

export async function readPush(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || typeof Notification === "undefined") {
    pushState.value = "unsupported";
    return;
  }
  if (Notification.permission === "denied") {
    pushState.value = "denied";
    return;
  }
  try {
    const push = await api.get("/api/me/push", {});
    if (push.public_key === null) pushState.value = "not_offered";
    else {
      const registration = await navigator.serviceWorker.getRegistration("/volunteer/");
      const here = (await registration?.pushManager.getSubscription()) ?? null;
      pushState.value = push.subscribed && here !== null ? "on" : "off";
    }
  } catch {
    // Not known while the service is away.
  }
}

/** Asks for the permission, so only in a tap. */
export async function subscribe(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    pushState.value = "denied";
    return;
  }
  const { public_key } = await api.get("/api/me/push", {});
  if (public_key === null) {
    pushState.value = "not_offered";
    return;
  }
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(public_key) });
  const { endpoint, keys } = subscription.toJSON();
  if (endpoint === undefined || keys?.["p256dh"] === undefined || keys["auth"] === undefined) throw new Error("the browser gave no push keys");
  await api.put("/api/me/push", { body: { endpoint, keys: { p256dh: keys["p256dh"], auth: keys["auth"] } } });
  pushState.value = "on";
}

export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/volunteer/");
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  await api.delete("/api/me/push", {});
  pushState.value = "off";
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
