// Notices of the phone's own system: while the page is in the background, and Web Push for when it is closed.
import { signal } from "@preact/signals";
import { api } from "../shared/api.ts";
import { keepPush, type PushRecord } from "./keep-push.ts";

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
    const registration = await navigator.serviceWorker.getRegistration("/volunteer/");
    const here = (await registration?.pushManager.getSubscription()) ?? null;
    if (push.public_key === null) pushState.value = "not_offered";
    else if (registration === undefined || Notification.permission !== "granted" || (here === null && !push.subscribed)) pushState.value = "off";
    else pushState.value = (await keepPush(registration.pushManager, record)) ? "on" : "not_offered";
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
  const registration = await navigator.serviceWorker.ready;
  pushState.value = (await keepPush(registration.pushManager, record)) ? "on" : "not_offered";
}

export async function unsubscribe(): Promise<void> {
  await api.delete("/api/me/push", {});
  await dropPush();
  pushState.value = "off";
}

/** Nobody, or somebody else, is signed in on this phone: what is sent to the one before must not ring here. */
export async function dropPush(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration("/volunteer/");
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

const record: PushRecord = {
  key: async () => (await api.get("/api/me/push", {})).public_key,
  store: (body) => api.put("/api/me/push", { body }).then(() => undefined),
};
