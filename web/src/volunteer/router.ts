// Which page the address names. What comes by itself (a call, a test alarm, an invitation) has an address too, which is
// laid over the page: Back closes what may be closed, and never leads out of a call.
import { type ReadonlySignal, signal } from "@preact/signals";

export type Page = "home" | "legal" | "report" | "report_kind" | "cpr" | "settings";
export type Overlay = "call" | "test" | "consent";
export type Place = Page | Overlay;

const ADDRESSES: Readonly<Record<Place, string>> = {
  home: "#/",
  legal: "#/legal",
  report: "#/report",
  report_kind: "#/report/kind",
  cpr: "#/cpr",
  settings: "#/settings",
  call: "#/call",
  test: "#/test",
  consent: "#/consent",
};
const OVERLAYS: ReadonlySet<string> = new Set<Overlay>(["call", "test", "consent"]);
/** What may be looked at on the way, with Back to the call. */
const BESIDE_A_CALL: ReadonlySet<Place> = new Set<Place>(["legal", "report", "report_kind", "cpr"]);

/** The browser's history. `depth`: how many entries of this app lie beneath the one that is shown. */
export interface Entries {
  hash(): string;
  depth(): number;
  push(hash: string, depth: number): void;
  replace(hash: string, depth: number): void;
  back(): void;
}

export class Router {
  readonly #place = signal<Place>("home");
  #overlay: Overlay | null = null;

  /** `closed`: Back has closed a test alarm or an invitation. */
  constructor(
    private readonly entries: Entries,
    private readonly closed: (overlay: Overlay) => void,
  ) {
    this.#place.value = this.#read();
  }

  get place(): ReadonlySignal<Place> {
    return this.#place;
  }

  go(place: Page): void {
    if (place === this.#place.value) return;
    this.entries.push(ADDRESSES[place], this.entries.depth() + 1);
    this.#place.value = place;
  }

  /** The arrow on top: where one came from, or the page above for whoever opened this one by its address. */
  up(): void {
    if (this.entries.depth() > 0) this.entries.back();
    else this.finish();
  }

  /** This page is done with: Back does not lead to it again. */
  finish(): void {
    this.#replace(this.#overlay ?? "home");
  }

  /** What lies over the pages now, or nothing. */
  cover(overlay: Overlay | null): void {
    if (overlay === this.#overlay) return;
    this.#overlay = overlay;
    const here = this.#place.value;
    if (overlay !== null) {
      if (OVERLAYS.has(here)) this.#replace(overlay);
      else this.#push(overlay);
    } else if (OVERLAYS.has(here)) {
      if (this.entries.depth() > 0) this.entries.back();
      else this.#replace("home");
    }
  }

  /** The browser went back or on, or somebody changed the address. */
  moved(): void {
    const here = this.#read();
    const over = this.#overlay;
    if (over === null) {
      if (OVERLAYS.has(here)) this.#replace("home");
      else this.#place.value = here;
    } else if (here === over || (over === "call" && BESIDE_A_CALL.has(here))) {
      this.#place.value = here;
    } else if (over === "call") {
      this.#push("call");
    } else {
      this.#overlay = null;
      this.#place.value = OVERLAYS.has(here) ? "home" : here;
      this.closed(over);
    }
  }

  #push(place: Place): void {
    this.entries.push(ADDRESSES[place], this.entries.depth() + 1);
    this.#place.value = place;
  }

  #replace(place: Place): void {
    this.entries.replace(ADDRESSES[place], this.entries.depth());
    this.#place.value = place;
  }

  #read(): Place {
    const found = Object.entries(ADDRESSES).find(([, address]) => address === this.entries.hash());
    return (found?.[0] as Place | undefined) ?? "home";
  }
}

/** The tab's own. */
export const tabEntries: Entries = {
  hash: () => location.hash,
  depth: () => (history.state as { depth?: number } | null)?.depth ?? 0,
  push: (hash, depth) => history.pushState({ depth }, "", hash),
  replace: (hash, depth) => history.replaceState({ depth }, "", hash),
  back: () => history.back(),
};
