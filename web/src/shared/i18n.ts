// Two languages, Chinese first. Words live beside the screen that says them; a key that one language lacks does not compile.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";

export type Lang = "zh" | "en";
const KEY = "rescue.lang";

function remembered(): Lang {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

export const lang = signal<Lang>(remembered());

export function switchLang(to: Lang = lang.value === "zh" ? "en" : "zh"): void {
  lang.value = to;
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // Private browsing without storage: the choice lasts as long as the page.
  }
}

if (typeof document !== "undefined") {
  effect(() => {
    document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  });
}

type Word = string | readonly string[] | ((...values: never[]) => string);
/** The same keys with the same kinds of words: a text for a text, a function of the same values for a function. */
export type SameWords<T> = {
  [K in keyof T]: T[K] extends (...values: infer A) => string
    ? (...values: A) => string
    : T[K] extends readonly string[]
      ? readonly string[]
      : T[K] extends string
        ? string
        : SameWords<T[K]>;
};
export type Words = { readonly [key: string]: Word | Words };

/**
 * const words = dictionary({ hello: "你好" }, { hello: "Hello" }); in a component: words.value.hello
 */
export function dictionary<const T extends Words>(zh: T, en: SameWords<T>): ReadonlySignal<SameWords<T>> {
  return computed(() => (lang.value === "zh" ? (zh as unknown as SameWords<T>) : en));
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };

export function formatTime(at: Date | string, withSeconds = false): string {
  const options = withSeconds ? { ...CLOCK, second: "2-digit" as const } : CLOCK;
  return new Intl.DateTimeFormat(lang.value === "zh" ? "zh-CN" : "en-GB", options).format(new Date(at));
}

export function formatDateTime(at: Date | string): string {
  const options: Intl.DateTimeFormatOptions = { ...CLOCK, year: "numeric", month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(lang.value === "zh" ? "zh-CN" : "en-GB", options).format(new Date(at));
}

/** 3 分 20 秒 / 3 min 20 s; whole minutes beyond ten. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const min = Math.floor(whole / 60);
  const s = whole % 60;
  const zh = lang.value === "zh";
  if (min === 0) return zh ? `${s} 秒` : `${s} s`;
  if (min >= 10 || s === 0) return zh ? `${Math.round(whole / 60)} 分钟` : `${Math.round(whole / 60)} min`;
  return zh ? `${min} 分 ${s} 秒` : `${min} min ${s} s`;
}

export function formatDistance(metres: number): string {
  const zh = lang.value === "zh";
  if (metres < 1000) return `${metres < 20 ? Math.round(metres) : Math.round(metres / 10) * 10}${zh ? " 米" : " m"}`;
  return `${(metres / 1000).toFixed(1)}${zh ? " 公里" : " km"}`;
}

/** 3 楼 / Floor 3, 地下 1 层 / Basement 1, also of 3F, F3 and B1; anything else stands as it was written.
 *
 * labelled: the word Floor stands beside it already. */
export function formatFloor(text: string, { labelled = false } = {}): string {
  const zh = lang.value === "zh";
  const written = text.trim();
  const [, below, number = "", basement] = /^(?:([-−])?F?(\d{1,3})F?|B(\d{1,2})F?)$/i.exec(written) ?? [];
  const down = basement ?? (below ? number : undefined);
  if (down !== undefined && Number(down) > 0) return zh ? `地下 ${Number(down)} 层` : `Basement ${Number(down)}`;
  // A floor 0 exists in some countries only: whoever wrote it knows which is meant.
  if (Number(number) > 0) return zh ? `${Number(number)} 楼` : labelled ? String(Number(number)) : `Floor ${Number(number)}`;
  return zh || labelled || /[^\x20-\x7e]/.test(written) || /floor|level|basement/i.test(written) ? written : `Floor ${written}`;
}
