// The alarm itself: a siren made in code, vibration, and a screen that stays on. A browser gives sound only after a tap:
// `soundReady` tells honestly whether it would be heard.
import { effect, signal } from "@preact/signals";

export type Tune = "alarm" | "call_off" | "test";

export const soundReady = signal(false);
/** What sounds at this moment. */
export const ringing = signal<Tune | null>(null);

let context: AudioContext | null = null;
let source: AudioBufferSourceNode | null = null;
let buzz: ReturnType<typeof setInterval> | undefined;
let wanted: Tune | null = null;

/** Call it in every tap: the first one unlocks the sound for as long as the page lives. */
export async function unlockSound(): Promise<void> {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext({ latencyHint: "playback" });
  context.onstatechange = told;
  if (context.state !== "running") await context.resume().catch(() => undefined);
  told();
}

function told(): void {
  soundReady.value = context?.state === "running";
  if (soundReady.value && wanted !== null && source === null) play(wanted);
}

export function getContext(): AudioContext | null {
  return context;
}

const LOOP_S: Record<Tune, number> = { alarm: 2, call_off: 2.4, test: 2 };

/** One round of the tune. Looped as a buffer it needs no timers, which a page in the background hardly gets. */
function tuneOf(tune: Tune, rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(LOOP_S[tune] * rate));
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const t = i / rate;
    const [hz, gain] = tune === "call_off" ? falling(t) : wailing(t);
    phase += hz / rate;
    const saw = 2 * (phase % 1) - 1;
    // A square with a little saw in it carries on a phone's small loudspeaker, between 700 and 1500 Hz.
    samples[i] = gain * (0.72 * Math.sign(saw) + 0.28 * saw);
  }
  return samples;
}

function wailing(t: number): [number, number] {
  // One second of a siren going up and down, one second of quick high and low.
  if (t < 1) return [750 + 750 * Math.sin(Math.PI * t), 0.95];
  return [Math.floor(t * 8) % 2 === 0 ? 1400 : 900, 0.95];
}

function falling(t: number): [number, number] {
  // Three long notes downwards, then a pause: nobody takes it for the siren.
  if (t < 0.5) return [1175, 0.95];
  if (t < 1) return [880, 0.95];
  if (t < 1.8) return [587, 0.95];
  return [587, 0];
}

function play(tune: Tune): void {
  if (context === null) return;
  const samples = tuneOf(tune, context.sampleRate);
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  source = context.createBufferSource();
  source.buffer = buffer;
  source.loop = true;
  source.connect(context.destination);
  source.start();
  ringing.value = tune;
}

const BUZZ: Record<Tune, number[]> = { alarm: [700, 150, 700, 150], call_off: [250, 120, 250, 120, 800, 200], test: [400, 300, 400, 300] };

export function startRinging(tune: Tune): void {
  if (wanted === tune) return;
  stopRinging();
  wanted = tune;
  const shake = () => navigator.vibrate?.(BUZZ[tune]);
  shake();
  buzz = setInterval(shake, 1_800);
  if (context === null) void unlockSound();
  else told();
}

export function stopRinging(): void {
  wanted = null;
  clearInterval(buzz);
  if (buzz !== undefined) navigator.vibrate?.(0);
  buzz = undefined;
  source?.stop();
  source?.disconnect();
  source = null;
  ringing.value = null;
}

/** Keeps the screen on while it is true. */
export const keepAwake = signal(false);
let lock: WakeLockSentinel | null = null;

async function hold(): Promise<void> {
  if (!keepAwake.value || document.visibilityState !== "visible" || lock !== null) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.onrelease = () => {
      lock = null;
    };
  } catch {
    // Not given, as with an empty battery: the alarm rings all the same.
  }
}

export function setUpAlarm(): void {
  for (const kind of ["pointerup", "keydown"] as const) addEventListener(kind, () => void unlockSound(), { capture: true });
  document.addEventListener("visibilitychange", () => void hold());
  effect(() => {
    if (keepAwake.value) void hold();
    else void lock?.release().catch(() => undefined);
  });
}

/** Over everything else on the phone, where the browser allows it: it needs a tap not long ago. */
export function goFullScreen(): void {
  if (document.fullscreenElement === null) void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

export function leaveFullScreen(): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
}
