// Runs the machine: browser and service make its events, its effects become frames, requests, sounds and words.
import { computed, effect, signal, untracked } from "@preact/signals";
import { api } from "../shared/api.ts";
import { serviceNow, tick } from "../shared/clock.ts";
import { toast } from "../shared/components.tsx";
import { ApiError, wordingOfCode } from "../shared/errors.ts";
import { newId, type StreamClient } from "../shared/stream.ts";
import { ringing } from "./alarm.ts";
import { type Call, isActive, type Step } from "./call.ts";
import { Heed } from "./heed.ts";
import { type AnswerFrame, begun, type Effect, isWatched, type MachineEvent, reduce, type State } from "./machine.ts";
import { recall, remember } from "./memory.ts";
import { showSystemNotice } from "./notices.ts";
import { words } from "./words.ts";
import { truthWords } from "./words-truth.ts";

const REMEMBERED_FOR_S = 6 * 3600;
/** A request that takes longer is tried again; the first may still arrive, and the same answer twice counts once. */
const POSTED_WITHIN_MS = 8_000;
/** The service's own word: it would say the same again. */
const FINAL: ReadonlySet<number> = new Set([403, 404, 409, 422]);

export const state = signal<State>(begun(recall("who") === null ? "none" : "here", recall<Call>("call", REMEMBERED_FOR_S)));
export const call = computed(() => state.value.call);
export const sessionState = computed(() => state.value.session);
export const stream = signal<StreamClient | null>(null);

export const heed = new Heed({
  send: (frame) => void stream.value?.send(frame),
  ringing: () => (call.value?.stage === "ringing" ? call.value.alertId : null),
  sounds: () => ringing.value !== null,
  later: (run, ms) => void setTimeout(run, ms),
});

export function happened(event: MachineEvent): void {
  const before = state.peek();
  const { state: next, effects } = reduce(before, event, { service: serviceNow(), local: performance.now() });
  state.value = next;
  // The place is on the phone only while it is needed.
  if (next.call !== before.call) remember("call", isActive(next.call) ? next.call : null);
  effects.forEach(run);
}

/** The volunteer pressed a button. */
export function step(kind: Step, more: { aed_returned?: boolean } = {}): void {
  happened({ type: "step", step: kind, id: newId(), ...more });
}

/** A stream has been opened: what it still holds of an earlier page is waited for. */
export function took(client: StreamClient): void {
  stream.value = client;
  happened({ type: "recovered", frames: client.kept().filter(isAnswer), id: newId() });
}

export function followLine(): void {
  effect(() => {
    const to = stream.value?.state.value ?? "none";
    untracked(() => happened({ type: "line", to }));
  });
  const watched = computed(() => isWatched(state.value));
  effect(() => stream.value?.watch(watched.value));
  effect(() => {
    void tick.value;
    untracked(() => happened({ type: "time" }));
  });
  // A page that is put away may never run again: a decline goes out before.
  const leaving = () => happened({ type: "leaving" });
  addEventListener("pagehide", leaving);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leaving());
  addEventListener("beforeunload", (event) => {
    if (isActive(call.value)) event.preventDefault();
  });
}

export function isAnswer(frame: { type: string }): frame is AnswerFrame {
  return ["accept", "decline", "aed_collected", "arrived", "done"].includes(frame.type);
}

function run(effect: Effect): void {
  switch (effect.do) {
    case "send": {
      const { id, ...frame } = effect.frame;
      stream.value?.send(frame, id);
      break;
    }
    case "post":
      void post(effect.frame);
      break;
    case "settle":
      stream.value?.settle(effect.id);
      break;
    case "rings":
      heed.came(effect.alert.alert_id);
      showSystemNotice(words.value.alarm.title, words.value.roles[effect.alert.role]);
      break;
    case "called_off":
      showSystemNotice(words.value.calledOff.title, words.value.calledOff.stop);
      break;
    case "refused":
      toast(wordingOfCode(effect.code), "bad");
      break;
    case "handed_back":
      toast(truthWords.value.handedBack);
  }
}

async function post(frame: AnswerFrame): Promise<void> {
  try {
    const { assignment } = await api.post("/api/me/answers", { body: { aed_returned: false, ...frame }, signal: AbortSignal.timeout(POSTED_WITHIN_MS) });
    happened({ type: "posted", id: frame.id, ok: true, code: "ok", assignment });
  } catch (error) {
    if (error instanceof ApiError && FINAL.has(error.status)) happened({ type: "posted", id: frame.id, ok: false, code: error.code, assignment: null });
    else happened({ type: "not_posted", id: frame.id });
  }
}
