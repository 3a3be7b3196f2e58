// Which map this desk copies coordinates from: said once by whoever sits here, not assumed by us.
import type { Datum } from "./contract.ts";

const KEY = "rescue.console.datum";
const KNOWN: ReadonlySet<string> = new Set<Datum>(["wgs84", "gcj02", "bd09"]);

export function rememberedDatum(): Datum | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept !== null && KNOWN.has(kept) ? (kept as Datum) : null;
  } catch {
    return null;
  }
}

export function rememberDatum(datum: Datum): void {
  try {
    localStorage.setItem(KEY, datum);
  } catch {
    // Without storage it is asked for each time.
  }
}
