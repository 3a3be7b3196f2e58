// What the app keeps on the phone over a reload: who is signed in, the last known state, and a call under way.
const PREFIX = "rescue.volunteer.";

interface Kept<T> {
  at: number;
  value: T;
}

export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), value }));
  } catch {
    // Without storage the app lives as long as its page.
  }
}

export function recall<T>(key: string, maxAgeS = Infinity): T | null {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") as Kept<T> | null;
    if (kept === null || Date.now() - kept.at > maxAgeS * 1000) return null;
    return kept.value;
  } catch {
    return null;
  }
}

export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) || key.startsWith("rescue.stream.")) localStorage.removeItem(key);
  } catch {
    // Nothing was kept, then.
  }
}
