// Whether the app can be installed: Chromium offers it by an event, iOS only by words.
import { signal } from "@preact/signals";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

export const installable = signal<InstallPrompt | null>(null);

export const installed = () => matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches;
export const isIos = () => /iPhone|iPad|iPod/.test(navigator.userAgent);

export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installable.value = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => {
    installable.value = null;
  });
}
