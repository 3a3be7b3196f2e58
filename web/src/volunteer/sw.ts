/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

const FILES = self.__WB_MANIFEST.map(({ url }) => `/${url}`);
self.addEventListener("install", (event) => event.waitUntil(caches.open("shell").then((cache) => cache.addAll(FILES))));
export {};
