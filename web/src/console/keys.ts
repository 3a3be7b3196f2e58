// Single-key shortcuts. They sleep while somebody types or a dialog is open, and can be switched off altogether.
import { signal } from "@preact/signals";
import { switchLang } from "../shared/i18n.ts";
import { switchTheme } from "../shared/theme.ts";
import * as desk from "./desk.ts";
import { isOpen } from "./model.ts";
import { muted, setMuted } from "./sounds.ts";
import { focusOn } from "./focus.ts";
import type { Texts } from "./text-zh.ts";

const OFF_KEY = "console-keys-off";
export const keysOn = signal(localStorage.getItem(OFF_KEY) !== "1");

export function setKeysOn(on: boolean): void {
  keysOn.value = on;
  localStorage.setItem(OFF_KEY, on ? "0" : "1");
}

export const fitRequested = signal(0);

interface Key {
  keys: readonly string[];
  word: keyof Texts & `key_${string}`;
  act: () => void;
}

const onOpenIncident = (act: () => void) => (): void => {
  if (desk.selected.value && isOpen(desk.selected.value)) act();
};

export const KEYS: readonly Key[] = [
  { keys: ["j", "J"], word: "key_next", act: () => move(1) },
  { keys: ["k", "K"], word: "key_previous", act: () => move(-1) },
  { keys: ["g", "G"], word: "key_attention", act: toAttention },
  { keys: ["n", "N"], word: "key_new_call", act: () => (desk.panel.value = "new-call") },
  { keys: ["a", "A"], word: "key_add", act: onOpenIncident(() => (desk.panel.value = "candidates")) },
  { keys: ["m", "M"], word: "key_moved", act: onOpenIncident(() => (desk.panel.value = "place")) },
  { keys: ["x", "X"], word: "key_stop", act: onOpenIncident(() => (desk.ask.value = { kind: "stop" })) },
  { keys: ["p", "P"], word: "key_people", act: () => focusOn("people") },
  { keys: ["t", "T"], word: "key_timeline", act: () => focusOn("timeline") },
  { keys: ["f", "F"], word: "key_fit", act: () => (fitRequested.value += 1) },
  { keys: ["r", "R"], word: "key_problems", act: () => (desk.problemsOpen.value = true) },
  { keys: ["s", "S"], word: "key_mute", act: () => setMuted(!muted.value) },
  { keys: ["l", "L"], word: "key_language", act: () => switchLang() },
  { keys: ["d", "D"], word: "key_theme", act: () => switchTheme() },
];

function move(step: 1 | -1): void {
  desk.selectBeside(step);
  focusOn("selected");
}

function toAttention(): void {
  const wanted = desk.sorted.value.find(({ attention, status }) => attention !== null || status === "nobody_available");
  if (!wanted) return;
  desk.select(wanted.incident_id);
  focusOn("selected");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

export function onKey(event: KeyboardEvent): void {
  if (document.querySelector("dialog[open]") !== null) return;
  if (event.key === "Escape") {
    closePanel();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?" || event.key === "？") {
    event.preventDefault();
    desk.helpOpen.value = true;
    return;
  }
  if (!keysOn.value) return;
  const found = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!found) return;
  event.preventDefault();
  found.act();
}

function closePanel(): void {
  const open = desk.panel.value;
  if (open === null) return;
  desk.panel.value = null;
  desk.picked.value = null;
  focusOn(open === "new-call" ? "new-call" : "actions");
}
