// What the screen may say of the line and of an answer that is under way: only what is so. Keys of the words in
// words-truth.ts, which hold for every state of the machine.
import type { Assignment } from "../generated/stream.ts";
import type { State } from "./machine.ts";

export type LineWord =
  | "connecting"
  | "lost"
  | "replaced"
  | "refused"
  | "signed_out"
  | "over"
  | "unreachable"
  | "can_answer"
  | "no_address_yet"
  | "untold"
  | "has_address_and_way"
  | "has_address"
  | "has_way"
  | "has_place";

export type AnswerWord = "sending" | "again" | "unsent_go" | "unsent_wait" | "confirmed";

/** About the connection; nothing where all is well. */
export function lineWords(state: State): LineWord[] {
  const { session, line, call } = state;
  if (session === "none" || (session === "here" && line === "online")) return [];
  const what = session === "over" ? "over" : WHAT[line];
  const open = call !== null && call.stage !== "called_off";
  if (!open) return what === "lost" && call === null ? [what, "unreachable"] : [what];
  if (call.assignment !== null) return [what, heldOf(call.assignment), ...(session === "over" ? (["untold"] as const) : [])];
  if (call.stage === "accepting") return [what, "no_address_yet"];
  // Whoever is not let in would not be heard over HTTP either.
  return what === "refused" || what === "signed_out" ? [what] : [what, "can_answer"];
}

const WHAT: Record<State["line"], LineWord> = {
  none: "connecting",
  idle: "connecting",
  connecting: "connecting",
  online: "connecting",
  waiting: "lost",
  signed_out: "signed_out",
  replaced: "replaced",
  refused: "refused",
};

/** What of the way is on the phone without any line. */
export function heldOf({ patient, route }: Assignment): LineWord {
  const hasWay = route !== null && route.lonlat.length > 1;
  if (patient?.address) return hasWay ? "has_address_and_way" : "has_address";
  return hasWay ? "has_way" : "has_place";
}

/** About a yes that has not brought the address yet. */
export function answerWord({ call, answers, line }: State): AnswerWord | null {
  if (call?.stage !== "accepting") return null;
  const accept = answers.find(({ frame }) => frame.type === "accept" && frame.alert_id === call.alertId);
  if (accept?.confirmed) return "confirmed";
  if (line === "online") return accept === undefined || accept.post === "none" ? "sending" : "again";
  return call.alert?.route ? "unsent_go" : "unsent_wait";
}

/** How many answers the service has not confirmed. */
export function untoldOf({ answers }: State): number {
  return answers.filter(({ confirmed }) => !confirmed).length;
}
