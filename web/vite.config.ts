import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const root = import.meta.dirname;
const page = (path: string) => resolve(root, path);
const SERVICE = process.env["RESCUE_SERVICE"] ?? "http://127.0.0.1:8000";

/** The files that the volunteer's page needs for its first view: what the app keeps for when there is no network. */
const shell = new Set<string>();

function collectShell(): Plugin {
  return {
    name: "volunteer-shell",
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((part) => part.type === "chunk" && part.isEntry && part.name === "volunteer");
      const visit = (fileName: string) => {
        const part = bundle[fileName];
        if (part?.type !== "chunk" || shell.has(fileName)) return;
        shell.add(fileName);
        part.viteMetadata?.importedCss.forEach((css) => shell.add(css));
        part.imports.forEach(visit);
      };
      if (entry !== undefined) visit(entry.fileName);
      // Small, and wanted where there is no network: the frame of the route's map. The map itself is kept once it was used.
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk" && part.facadeModuleId?.endsWith("/screens/RouteMap.tsx")) visit(part.fileName);
      }
    },
  };
}

export default defineConfig({
  root,
  plugins: [
    preact(),
    collectShell(),
    VitePWA({
      // Only the volunteer's app is installable: its worker lives below /volunteer/ and serves that scope alone.
      strategies: "injectManifest",
      srcDir: "src/volunteer",
      filename: "sw.ts",
      outDir: "../rescue_circle/web_app/volunteer",
      scope: "/volunteer/",
      injectRegister: null,
      manifest: false,
      injectManifest: {
        globDirectory: "../rescue_circle/web_app",
        globPatterns: ["volunteer/*.{html,webmanifest}", "volunteer/icon-192.png", "icon.svg", "assets/*"],
        manifestTransforms: [
          (entries) => ({ manifest: entries.filter(({ url }) => !url.startsWith("assets/") || shell.has(url)), warnings: [] }),
        ],
      },
    }),
  ],
  build: {
    outDir: "../rescue_circle/web_app",
    emptyOutDir: true,
    target: "es2022",
    // An inlined asset is a data: address, which the pages' CSP does not allow.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: {
        index: page("index.html"),
        volunteer: page("volunteer/index.html"),
        console: page("console/index.html"),
        map: page("map/index.html"),
      },
    },
  },
  server: {
    proxy: { "/api": SERVICE, "/emblem": SERVICE, "/tiles": SERVICE, "/readyz": SERVICE, "/streams": { target: SERVICE.replace(/^http/, "ws"), ws: true } },
  },
});
