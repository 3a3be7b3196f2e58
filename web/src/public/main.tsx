// The public map: where the nearest AED is that can be used now, and how to walk there. No sign-in, nothing kept.
import { render } from "preact";
import "../shared/base.css";
import "./public.css";
import { PublicPage } from "./page.tsx";

const app = document.getElementById("app");
if (app !== null) render(<PublicPage />, app);
