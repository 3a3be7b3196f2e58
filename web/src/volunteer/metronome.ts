// Chest compressions: 110 a minute (the guidelines want 100 to 120), each beat planned on the sound card's own clock.
import { signal } from "@preact/signals";
import { getContext, unlockSound } from "./alarm.ts";

export const BPM = 110;
/** After thirty compressions whoever is trained gives two breaths; the strong beat marks it. */
const ROUND = 30;

export const beating = signal(false);
/** 1 to 30, as it is heard. */
export const beat = signal(0);

let timer: ReturnType<typeof setInterval> | undefined;
let nextAt = 0;
let count = 0;

export async function startMetronome(): Promise<void> {
  await unlockSound();
  const context = getContext();
  count = 0;
  beating.value = true;
  clearInterval(timer);
  if (context === null || context.state !== "running") {
    timer = setInterval(shown, 60_000 / BPM);
    return;
  }
  nextAt = context.currentTime + 0.1;
  timer = setInterval(() => plan(context), 100);
}

export function stopMetronome(): void {
  clearInterval(timer);
  beating.value = false;
  beat.value = 0;
}

function plan(context: AudioContext): void {
  // A page in the background runs its timers once a second: what was missed is left out, not played all at once.
  if (nextAt < context.currentTime) nextAt = context.currentTime + 0.05;
  while (nextAt < context.currentTime + 1.2) {
    click(context, nextAt, count % ROUND === 0);
    const inMs = (nextAt - context.currentTime) * 1000;
    setTimeout(shown, inMs);
    nextAt += 60 / BPM;
    count++;
  }
}

function shown(): void {
  if (!beating.value) return;
  beat.value = (beat.value % ROUND) + 1;
  navigator.vibrate?.(40);
}

function click(context: AudioContext, at: number, strong: boolean): void {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = "square";
  tone.frequency.value = strong ? 1320 : 880;
  gain.gain.setValueAtTime(0.9, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.09);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.1);
}
