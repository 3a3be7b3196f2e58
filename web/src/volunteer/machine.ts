// One state machine over session x line x call: what the phone knows and what it still has to tell the service. Pure:
// times and ids are handed in, and what is to be done is handed back, so that the tests play any event in any state.
import type { Alert, AlertEnded, Assignment } from "../generated/stream.ts";
import type { StreamState } from "../shared/stream.ts";
import { type CallState, isActive, onAlert, onAssignment, onEnded, onRefused, onStep, onTime, over, type Step } from "./call.ts";

/** over: there has been a session on this phone, and it has ended. */
export type Session = "none" | "over" | "here";
export type Line = StreamState | "none";

/** Milliseconds: `service` of the service's clock, which a demo runs fast, `local` of the phone's own. */
export interface Now {
  service: number;
  local: number;
}

/** As the stream and `POST /api/me/answers` take it. */
export interface AnswerFrame {
  type: Step;
  id: string;
  alert_id: string;
  aed_returned?: boolean;
}

/** An answer that the service has not confirmed; a confirmed acceptance stays until it has brought the address. */
export interface Answer {
  frame: AnswerFrame;
  /** Local milliseconds: when it was given, and since when the last way of telling it is waited for. */
  asked: number;
  since: number;
  post: "none" | "under_way" | "failed";
  confirmed: boolean;
  /** It gives a task back that had been accepted. */
  handsBack: boolean;
}

export interface State {
  session: Session;
  line: Line;
  call: CallState;
  /** Oldest first: they are told in order. */
  answers: readonly Answer[];
  /** A decline that can still be taken back: its id, and when it goes out. */
  undo: { id: string; goesAt: number } | null;
}

export type MachineEvent =
  | { type: "session"; to: Session }
  | { type: "line"; to: Line }
  | { type: "recovered"; frames: readonly AnswerFrame[]; id: string }
  | Alert
  | Assignment
  | AlertEnded
  | { type: "step"; step: Step; id: string; aed_returned?: boolean }
  | { type: "undo" | "dismiss" | "moved_seen" | "leaving" | "time" }
  /** What the stream's result says. */
  | { type: "answered"; id: string; ok: boolean; code: string }
  /** What the answer over HTTP says. */
  | { type: "posted"; id: string; ok: boolean; code: string; assignment: Assignment | null }
  | { type: "not_posted"; id: string };

export type Effect =
  | { do: "send" | "post"; frame: AnswerFrame }
  /** The stream need not send it again. */
  | { do: "settle"; id: string }
  | { do: "rings"; alert: Alert }
  | { do: "called_off" }
  | { do: "refused"; code: string }
  | { do: "handed_back" };

export type Exit = Step | "undo" | "dismiss" | "moved_seen";

export const UNDO_MS = 3_000;
/** A stream that has not answered for so long is not waited for: the same answer goes over HTTP, and again after as long. */
export const ANSWERED_WITHIN_MS = 4_000;
/** Nobody is kept waiting for an address longer than the ambulance takes (assumption). */
export const CONFIRMED_WITHIN_MS = 600_000;

/** `call` as it was remembered over a reload. */
export function begun(session: Session, call: CallState): State {
  const kept = session === "none" ? null : call;
  return { session, line: "none", call: kept?.stage === "declining" ? { ...kept, stage: "ringing" } : kept, answers: [], undo: null };
}

/** What a person can do now about the call; whatever else is tapped, as by a second tap on the same place, does nothing. */
export function exitsOf({ call }: State): Exit[] {
  if (call === null) return [];
  const moved: Exit[] = call.moved ? ["moved_seen"] : [];
  const door: Exit[] = call.atDoor ? [] : ["at_door"];
  switch (call.stage) {
    case "ringing":
      return ["accept", "decline"];
    case "declining":
      return ["undo"];
    case "accepting":
      return ["decline"];
    case "on_the_way":
      return [...moved, ...(call.role === "fetch_aed" ? (["aed_collected"] as const) : door), "arrived", "decline"];
    case "with_aed":
      return [...moved, ...door, "arrived", "decline"];
    case "arrived":
      return [...moved, "done"];
    case "called_off":
      return ["dismiss"];
  }
}

export function reduce(before: State, event: MachineEvent, now: Now): { state: State; effects: Effect[] } {
  const effects: Effect[] = [];
  return { state: posting(taken(before, event, now, effects), now, effects), effects };
}

function taken(state: State, event: MachineEvent, now: Now, effects: Effect[]): State {
  switch (event.type) {
    case "session":
      return inSession(state, event.to, effects);
    case "line":
      return { ...state, line: event.to };
    case "recovered":
      return recovered(state, event, now);
    case "alert":
      return alerted(state, event, now, effects);
    case "assignment":
      return assigned(state, event, now, effects);
    case "alert_ended":
      return endedBy(state, event, effects);
    case "step":
      return stepped(state, event, now, effects);
    case "undo":
      return state.undo === null || state.call === null ? state : { ...state, undo: null, call: { ...state.call, stage: "ringing" } };
    case "dismiss":
      return state.call?.stage === "called_off" ? { ...state, call: null } : state;
    case "moved_seen":
      return state.call === null ? state : { ...state, call: { ...state.call, moved: false } };
    case "leaving":
      return declined(state, now, effects);
    case "answered":
      return event.ok ? confirmed(state, event.id, now, effects) : refused(state, event, effects);
    case "posted":
      return posted(state, event, now, effects);
    case "not_posted":
      return changed(state, event.id, { post: "failed", since: now.local });
    case "time":
      return passed(state, now, effects);
  }
}

function inSession(state: State, to: Session, effects: Effect[]): State {
  if (to === "none") return { ...state, session: to, call: null, answers: [], undo: null };
  if (to === "here" || state.session === to) return { ...state, session: to };
  // Whoever has not been confirmed on the way is not: nobody here can tell the service any more.
  const { call } = state;
  const isOpen = call !== null && (call.stage === "ringing" || call.stage === "accepting");
  const next = isOpen ? over(call, "signed_out", false) : call?.stage === "declining" ? null : call;
  return withoutAccept({ ...state, session: to, undo: null, call: next }, null, effects);
}

function recovered(state: State, { frames, id }: { frames: readonly AnswerFrame[]; id: string }, now: Now): State {
  if (state.session !== "here") return state;
  const answers = frames.map((frame): Answer => waitingSince(frame, now));
  const { call } = state;
  if (call?.stage === "accepting" && !answers.some(({ frame }) => isAccept(frame, call.alertId))) {
    answers.push({ ...waitingSince({ type: "accept", id, alert_id: call.alertId }, now), confirmed: true });
  }
  return { ...state, answers };
}

function alerted(before: State, frame: Alert, now: Now, effects: Effect[]): State {
  if (before.session !== "here") return before;
  const isFree = before.call?.stage === "declining" && before.call.alertId !== frame.alert_id;
  const call = onAlert(isFree ? null : before.call, frame, now.service);
  if (call === null || call === before.call) return before;
  const state = declined(before, now, effects);
  effects.push({ do: "rings", alert: frame });
  return { ...state, call };
}

function assigned(state: State, frame: Assignment, now: Now, effects: Effect[]): State {
  if (state.session !== "here") return state;
  const call = onAssignment(state.call, frame, now.service);
  return call === state.call ? state : withoutAccept({ ...state, call, undo: null }, frame.alert_id, effects);
}

function endedBy(state: State, frame: AlertEnded, effects: Effect[]): State {
  const { call } = state;
  if (call?.alertId !== frame.alert_id || call.stage === "called_off") return state;
  // Whoever has just said no need not be told loudly that it is over.
  if (call.stage === "declining") return { ...state, call: null, undo: null };
  effects.push({ do: "called_off" });
  return withoutAccept({ ...state, call: onEnded(call, frame) }, frame.alert_id, effects);
}

function stepped(state: State, event: Extract<MachineEvent, { type: "step" }>, now: Now, effects: Effect[]): State {
  const { call } = state;
  if (call === null || !exitsOf(state).includes(event.step)) return state;
  if (event.step === "decline" && call.stage === "ringing") {
    return { ...state, call: onStep(call, "decline"), undo: { id: event.id, goesAt: now.local + UNDO_MS } };
  }
  const frame: AnswerFrame = { type: event.step, id: event.id, alert_id: call.alertId };
  if (event.aed_returned !== undefined) frame.aed_returned = event.aed_returned;
  const next = { ...state, call: onStep(call, event.step) };
  const others = next.answers.filter(({ frame: { alert_id }, confirmed }) => !confirmed || alert_id !== call.alertId);
  return told({ ...next, answers: others }, { ...waitingSince(frame, now), handsBack: event.step === "decline" }, effects);
}

/** A decline whose time to be taken back is over. */
function declined(state: State, now: Now, effects: Effect[]): State {
  if (state.undo === null || state.call === null) return state;
  const frame: AnswerFrame = { type: "decline", id: state.undo.id, alert_id: state.call.alertId };
  return told({ ...state, call: null, undo: null }, waitingSince(frame, now), effects);
}

function told(state: State, answer: Answer, effects: Effect[]): State {
  if (state.session !== "here") return state;
  effects.push({ do: "send", frame: answer.frame });
  return { ...state, answers: [...state.answers, answer] };
}

function confirmed(state: State, id: string, now: Now, effects: Effect[]): State {
  const answer = state.answers.find(({ frame }) => frame.id === id);
  if (answer === undefined) return state;
  const isAwaited = state.call?.stage === "accepting" && isAccept(answer.frame, state.call.alertId);
  // Should the stream not bring the address, the answer over HTTP does.
  if (isAwaited) return changed(state, id, { confirmed: true, post: "none", since: now.local });
  if (answer.handsBack) effects.push({ do: "handed_back" });
  return without(state, id);
}

function refused(before: State, { id, code }: { id: string; code: string }, effects: Effect[]): State {
  const answer = before.answers.find(({ frame }) => frame.id === id);
  if (answer === undefined) return before;
  const state = without(before, id);
  const { type, alert_id } = answer.frame;
  if (code === "already_arrived") return state;
  const call = onRefused(state.call, alert_id, type, code);
  const isOver = call?.stage === "called_off" || (call === null && OVER.has(code));
  if (!isOver) effects.push({ do: "refused", code });
  return { ...state, call };
}

const OVER: ReadonlySet<string> = new Set(["alert_over", "too_late", "not_your_alert", "unknown_incident"]);

function posted(before: State, event: Extract<MachineEvent, { type: "posted" }>, now: Now, effects: Effect[]): State {
  if (!before.answers.some(({ frame }) => frame.id === event.id)) return before;
  effects.push({ do: "settle", id: event.id });
  if (!event.ok) return refused(before, event, effects);
  const state = confirmed(before, event.id, now, effects);
  const { assignment } = event;
  // It comes for the call that is shown, or for none that is shown any more.
  return assignment !== null && state.call?.alertId === assignment.alert_id ? assigned(state, assignment, now, effects) : state;
}

function passed(before: State, now: Now, effects: Effect[]): State {
  const state = before.undo !== null && now.local >= before.undo.goesAt ? declined(before, now, effects) : before;
  const call = onTime(state.call, now.service);
  if (call !== state.call) return { ...state, call };
  if (call === null) return state;
  const accept = state.answers.find(({ frame }) => isAccept(frame, call.alertId));
  const isTooLong = call.stage === "accepting" && accept !== undefined && now.local - accept.asked >= CONFIRMED_WITHIN_MS;
  return isTooLong ? withoutAccept({ ...state, call: over(call, "unconfirmed", false) }, call.alertId, effects) : state;
}

/** The oldest answer goes over HTTP once the stream has had its time, or at once where there is no stream. */
function posting(state: State, now: Now, effects: Effect[]): State {
  const first = state.answers[0];
  if (state.session !== "here" || first === undefined || first.post === "under_way") return state;
  const isWaiting = state.line === "online" || first.post === "failed" || first.confirmed;
  if (now.local < first.since + (isWaiting ? ANSWERED_WITHIN_MS : 0)) return state;
  effects.push({ do: "post", frame: first.frame });
  return changed(state, first.frame.id, { post: "under_way" });
}

function waitingSince(frame: AnswerFrame, now: Now): Answer {
  return { frame, asked: now.local, since: now.local, post: "none", confirmed: false, handsBack: false };
}

function changed(state: State, id: string, to: Partial<Answer>): State {
  return { ...state, answers: state.answers.map((one) => (one.frame.id === id ? { ...one, ...to } : one)) };
}

function without(state: State, id: string): State {
  return { ...state, answers: state.answers.filter(({ frame }) => frame.id !== id) };
}

/** No acceptance of this alert, or of any, is waited for any more. */
function withoutAccept(state: State, alertId: string | null, effects: Effect[]): State {
  const gone = state.answers.filter(({ frame }) => isAccept(frame, alertId ?? frame.alert_id));
  for (const { frame } of gone) effects.push({ do: "settle", id: frame.id });
  return { ...state, answers: state.answers.filter((one) => !gone.includes(one)) };
}

function isAccept(frame: AnswerFrame, alertId: string): boolean {
  return frame.type === "accept" && frame.alert_id === alertId;
}

/** Whether a call is on this phone that somebody may be waiting at the other end of. */
export function isWatched({ call, answers, session }: State): boolean {
  return session === "here" && (isActive(call) || answers.length > 0);
}
