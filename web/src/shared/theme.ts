// Light or dark as the system says, until somebody chooses.
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";
const KEY = "rescue.theme";

function remembered(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null;
  }
}

const system = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
let chosen = remembered();

export const theme = signal<Theme>(chosen ?? (system?.matches ? "dark" : "light"));

export function switchTheme(to: Theme = theme.value === "light" ? "dark" : "light"): void {
  chosen = to;
  theme.value = to;
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

system?.addEventListener("change", ({ matches }) => {
  if (chosen === null) theme.value = matches ? "dark" : "light";
});

if (typeof document !== "undefined") {
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
  });
}
