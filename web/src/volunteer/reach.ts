// Whether an alarm would reach this volunteer: every check with its grade, and the worst of them is the answer. Pure; the
// words are in words-reach.ts.
import type { PushState } from "./notices.ts";
import type { Permission } from "./position.ts";

/** off: chosen so. waiting: not known yet. warn: it may fail. bad: nobody is called, or nobody hears it. */
export type Grade = "good" | "waiting" | "warn" | "off" | "bad";
export type Proof = "proven" | "unproven" | "failed" | "waiting" | "old";

export interface Facts {
  session: "none" | "over" | "here";
  /** False until the service has been asked once. */
  known: boolean;
  onDuty: boolean;
  online: boolean;
  /** Ways beside the open app: sms, voice, push, ... */
  otherWays: readonly string[];
  sound: boolean;
  permission: Permission;
  /** Radius of the newest fix in metres; null while there is none. */
  accuracyM: number | null;
  fixFailed: boolean;
  maxAccuracyM: number;
  /** The service's reasons, all of them. */
  reasons: readonly string[];
  push: PushState;
  proof: Proof;
}

export type Topic = "session" | "papers" | "duty" | "line" | "sound" | "place" | "closed" | "proof";

export interface Check {
  topic: Topic;
  grade: Grade;
  /** Which words tell it and say what to do. */
  says: string;
}

const ORDER: readonly Grade[] = ["bad", "off", "warn", "waiting", "good"];
/** Told by a check of their own, or no obstacle. */
const ELSEWHERE: ReadonlySet<string> = new Set(["off_duty", "no_position", "ready", "ready_at_home", "paused", "not_available", "quiet_hours", "locked_out"]);
/** On duty and yet left alone for now, as was agreed: nothing is wrong. */
const LEFT_ALONE: readonly string[] = ["paused", "not_available", "quiet_hours", "locked_out"];

/** Of two that are equally bad the first is the one to begin with. */
export function checksOf(facts: Facts): Check[] {
  return [session(facts), papers(facts), duty(facts), line(facts), place(facts), sound(facts), proof(facts), closed(facts)].filter(
    (one): one is Check => one !== null,
  );
}

export function worstOf(checks: readonly Check[]): Check {
  return [...checks].sort((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade))[0] as Check;
}

/** What keeps the person from being called wherever they are and whatever their phone does. */
export function obstaclesOf(reasons: readonly string[]): string[] {
  return reasons.filter((reason) => !ELSEWHERE.has(reason));
}

function session({ session: now }: Facts): Check | null {
  return now === "here" ? null : { topic: "session", grade: "bad", says: "over" };
}

function papers({ reasons, known }: Facts): Check {
  if (!known) return { topic: "papers", grade: "waiting", says: "unknown" };
  return obstaclesOf(reasons).length > 0 ? { topic: "papers", grade: "bad", says: "against" } : { topic: "papers", grade: "good", says: "fine" };
}

function duty({ onDuty, known, reasons }: Facts): Check {
  if (!known) return { topic: "duty", grade: "waiting", says: "unknown" };
  const leftAlone = LEFT_ALONE.find((reason) => reasons.includes(reason));
  if (onDuty && leftAlone) return { topic: "duty", grade: "off", says: leftAlone };
  return onDuty ? { topic: "duty", grade: "good", says: "on" } : { topic: "duty", grade: "off", says: "off" };
}

function line({ online, otherWays }: Facts): Check {
  if (online) return { topic: "line", grade: "good", says: "on" };
  return otherWays.length > 0 ? { topic: "line", grade: "warn", says: "others" } : { topic: "line", grade: "bad", says: "none" };
}

function place(facts: Facts): Check {
  const { onDuty, permission, accuracyM, maxAccuracyM, reasons, fixFailed } = facts;
  const as = (grade: Grade, says: string): Check => ({ topic: "place", grade, says });
  if (!onDuty && permission !== "denied") return as("good", "off");
  // Without a position the registered home counts, for whoever has one.
  const lack: Grade = reasons.includes("no_position") ? "bad" : "warn";
  if (permission === "denied" || permission === "unavailable") return as(lack, permission);
  if (accuracyM === null) return as(fixFailed || lack === "bad" ? lack : "waiting", "none");
  if (accuracyM > maxAccuracyM) return as(lack, "coarse");
  return as("good", "on");
}

function sound({ sound: ready, otherWays }: Facts): Check {
  if (ready) return { topic: "sound", grade: "good", says: "on" };
  // The phone says so itself when an alarm comes, and the service rings another way.
  return otherWays.length > 0 ? { topic: "sound", grade: "warn", says: "others" } : { topic: "sound", grade: "bad", says: "none" };
}

function closed({ push, otherWays }: Facts): Check {
  const others = otherWays.filter((way) => way !== "push");
  if (push === "on") return { topic: "closed", grade: "good", says: "push" };
  if (others.length > 0) return { topic: "closed", grade: "good", says: "others" };
  return { topic: "closed", grade: push === "unknown" ? "waiting" : "warn", says: push };
}

function proof({ proof: found }: Facts): Check {
  const grades: Record<Proof, Grade> = { proven: "good", old: "warn", unproven: "warn", waiting: "waiting", failed: "bad" };
  return { topic: "proof", grade: grades[found], says: found };
}
