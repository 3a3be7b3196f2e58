import "../shared/base.css";
import "./volunteer.css";
import { render } from "preact";
import { boot } from "./app.ts";
import { bringMapInGoodTime } from "./early-map.ts";
import { App } from "./screens/App.tsx";
import { watchInstall } from "./install.ts";

watchInstall();
// A part that cannot be loaded is told by the import itself, where it is waited for.
addEventListener("vite:preloadError", (event) => event.preventDefault());
void boot();
bringMapInGoodTime();
render(<App />, document.getElementById("app") as HTMLElement);

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  addEventListener("load", () => void navigator.serviceWorker.register("/volunteer/sw.js", { scope: "/volunteer/" }).catch(() => undefined));
}
