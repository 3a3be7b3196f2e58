// What the phone knows of the one call it is rung for: frames and the volunteer's own answers in, the next state out.
// Pure, so that the tests can play any order of events.
import type { Alert, AlertEnded, Assignment } from "../generated/stream.ts";

export type Stage =
  | "ringing"
  /** Said no, and may still take it back. */
  | "declining"
  /** Said yes; the service has not confirmed it yet. */
  | "accepting"
  | "on_the_way"
  | "with_aed"
  | "arrived"
  /** It is over, and the volunteer has not taken note of it yet. */
  | "called_off";

export interface Call {
  stage: Stage;
  alertId: string;
  role: Alert["role"];
  alert: Alert | null;
  assignment: Assignment | null;
  /** When the newest walk to the patient began, milliseconds of the service's clock. */
  setOffAt: number;
  /** The patient's place changed and the volunteer has not taken note of it. */
  moved: boolean;
  /** At the building's entrance; what is left is doors, stairs and lifts. */
  atDoor?: boolean;
  ended: { reason: string; returnAed: boolean } | null;
}

export type Step = "aed_collected" | "at_door" | "arrived" | "done" | "decline" | "accept";

/** Null: nothing rings and nobody is on the way. */
export type CallState = Call | null;

export function onAlert(state: CallState, frame: Alert, now: number): CallState {
  if (Date.parse(frame.answer_by) <= now) return state;
  const isOpen = state !== null && state.stage !== "called_off";
  if (isOpen && (state.alertId === frame.alert_id || state.stage !== "ringing")) return state;
  return {
    stage: "ringing",
    alertId: frame.alert_id,
    role: frame.role,
    alert: frame,
    assignment: null,
    setOffAt: 0,
    moved: false,
    ended: null,
  };
}

export function onAssignment(state: CallState, frame: Assignment, now: number): CallState {
  // Its place is told no more: the assignment was over before this frame could be sent.
  if (frame.patient === null) return state;
  const same = state !== null && state.alertId === frame.alert_id ? state : null;
  if (same?.stage === "called_off") return state;
  const underWay = same !== null && (same.stage === "with_aed" || same.stage === "arrived" || same.stage === "on_the_way");
  return {
    stage: underWay ? (frame.reason === "patient_moved" && same.stage === "arrived" ? "on_the_way" : same.stage) : "on_the_way",
    alertId: frame.alert_id,
    role: frame.role,
    alert: same?.alert ?? null,
    assignment: frame,
    setOffAt: Math.min(now, Date.parse(frame.at)),
    moved: frame.reason === "patient_moved" && underWay,
    atDoor: underWay && frame.reason !== "patient_moved" && same.atDoor === true,
    ended: null,
  };
}

export function onEnded(state: CallState, frame: AlertEnded): CallState {
  if (state === null || state.alertId !== frame.alert_id) return state;
  return over(state, frame.reason, frame.return_aed);
}

/** The volunteer pressed a button. */
export function onStep(state: CallState, step: Step): CallState {
  if (state === null) return null;
  switch (step) {
    case "accept":
      return state.stage === "ringing" ? { ...state, stage: "accepting" } : state;
    case "aed_collected":
      return state.stage === "on_the_way" ? { ...state, stage: "with_aed" } : state;
    case "at_door":
      return { ...state, atDoor: true };
    case "arrived":
      return { ...state, stage: "arrived", moved: false };
    case "decline":
      return state.stage === "ringing" ? { ...state, stage: "declining" } : null;
    case "done":
      return null;
  }
}

/** The service did not take an answer: nothing has changed there. */
export function onRefused(state: CallState, alertId: string, step: string, code: string): CallState {
  if (state === null || state.alertId !== alertId) return state;
  if (code === "alert_over" || code === "too_late" || code === "not_your_alert") return over(state, code, false);
  if (step === "accept" && state.stage === "accepting") return over(state, code, false);
  return state;
}

/** Nobody answered in time, and no word of it came: the phone itself stops ringing. */
export function onTime(state: CallState, now: number): CallState {
  if (state === null || state.alert === null) return state;
  const waiting = state.stage === "ringing" && now >= Date.parse(state.alert.answer_by) + 1_000;
  return waiting ? over(state, "timed_out", false) : state;
}

export function over(state: Call, reason: string, returnAed: boolean): Call {
  if (state.stage === "called_off") return state;
  const carried = state.stage === "with_aed" || (state.stage === "arrived" && state.role === "fetch_aed");
  return { ...state, stage: "called_off", assignment: null, ended: { reason, returnAed: returnAed || carried } };
}

/** Seconds until the volunteer should be at the patient's side. */
export function remainingS(call: Call, now: number): number {
  const walk = call.assignment?.walk_time_s ?? call.alert?.walk_time_s ?? 0;
  const from = call.assignment === null ? now : call.setOffAt;
  return walk - (now - from) / 1000;
}

export function isActive(state: CallState): boolean {
  return state !== null && state.stage !== "called_off";
}
