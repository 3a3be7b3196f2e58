// Sounds of the console: a new call, something that needs a person, a lost connection. Made here, no files.
import { signal } from "@preact/signals";

const MUTED_KEY = "console-muted";

export const muted = signal(localStorage.getItem(MUTED_KEY) === "1");
/** Browsers let a page sound only after somebody has pressed something on it. */
export const unlocked = signal(false);
/** How many sounds have been asked for, muted ones not counted: for tests, which hear nothing. */
export const sounded = signal(0);

let context: AudioContext | null = null;

type Note = readonly [start_s: number, hertz: number, length_s: number];

const NEW_CALL: readonly Note[] = [
  [0, 660, 0.18],
  [0.2, 880, 0.18],
  [0.4, 1175, 0.34],
];
const ATTENTION: readonly Note[] = [
  [0, 988, 0.14],
  [0.22, 740, 0.14],
  [0.5, 988, 0.14],
  [0.72, 740, 0.14],
  [1.0, 988, 0.14],
  [1.22, 740, 0.24],
];
const LOST: readonly Note[] = [
  [0, 440, 0.22],
  [0.26, 330, 0.4],
];

export function setMuted(value: boolean): void {
  muted.value = value;
  localStorage.setItem(MUTED_KEY, value ? "1" : "0");
  if (!value) void unlock();
}

/** To be called from a click or a key: afterwards sounds may play. */
export async function unlock(): Promise<void> {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") await context.resume();
    unlocked.value = context.state === "running";
  } catch {
    unlocked.value = false;
  }
}

export const soundNewCall = (): void => play(NEW_CALL);
export const soundAttention = (): void => play(ATTENTION);
export const soundLost = (): void => play(LOST);

function play(notes: readonly Note[]): void {
  if (muted.value) return;
  sounded.value += 1;
  if (!context || context.state !== "running") return;
  const now = context.currentTime + 0.02;
  for (const [start_s, hertz, length_s] of notes) tone(context, now + start_s, hertz, length_s);
}

function tone(audio: AudioContext, at: number, hertz: number, length_s: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = hertz;
  // A soft edge: a bare start and stop clicks in the loudspeaker.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.35, at + 0.02);
  gain.gain.setValueAtTime(0.35, at + length_s - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + length_s);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + length_s + 0.02);
}
