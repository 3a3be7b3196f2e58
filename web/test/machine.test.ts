// Every state of session x line x call against every event: what is said is so, something can be done, and it ends.
import { describe, expect, it } from "vitest";
import type { Alert, AlertEnded, Assignment } from "../src/generated/stream.ts";
import { switchLang } from "../src/shared/i18n.ts";
import { type Call, onAlert, onAssignment, onStep, over, type Stage } from "../src/volunteer/call.ts";
import {
  type Answer,
  ANSWERED_WITHIN_MS,
  begun,
  CONFIRMED_WITHIN_MS,
  type Effect,
  exitsOf,
  isWatched,
  type Line,
  type MachineEvent,
  reduce,
  type Session,
  type State,
  UNDO_MS,
} from "../src/volunteer/machine.ts";
import { answerWord, lineWords, untoldOf } from "../src/volunteer/truth.ts";
import { truthWords } from "../src/volunteer/words-truth.ts";
import { words } from "../src/volunteer/words.ts";

const NOON = Date.parse("2026-01-05T04:00:00Z");
const at = (s: number) => new Date(NOON + s * 1000).toISOString();
const now = (s: number) => ({ service: NOON + s * 1000, local: s * 1000 });

/** Thousands of states are worked out in a second, and on a busy machine in many. */
const PATIENCE_MS = 60_000;

const way = { lonlat: [[113.6, 34.7], [113.601, 34.7]] as [number, number][], length_m: 90, steps: [], shortened: true, straight_line: false };
const alert = (role: Alert["role"] = "direct", route: Alert["route"] = way, alert_id = "a1"): Alert => ({
  ...{ type: "alert", seq: 1, at: at(0), alert_id, incident_id: "i1", role, walk_time_s: 240, straight_line: false },
  ...{ answer_by: at(30), area: null, aed: null, route },
});
const patient = (address: string) => ({ lon: 113.6, lat: 34.7, accuracy_m: 10, address, floor: "", note: "" });
const assignment = (role: Alert["role"], address: string, route: Assignment["route"]): Assignment => ({
  ...{ type: "assignment", seq: 2, at: at(5), alert_id: "a1", incident_id: "i1", reason: "accepted", role },
  ...{ walk_time_s: 230, straight_line: false, patient: patient(address), aed: null, aed_access: null, route },
});
const ended = (alert_id = "a1"): AlertEnded => ({
  ...{ type: "alert_ended", seq: 3, at: at(60), alert_id, incident_id: "i1", reason: "enough_there", return_aed: false },
});
const accept = (more: Partial<Answer> = {}): Answer => ({
  frame: { type: "accept", id: "x0", alert_id: "a1" },
  ...{ asked: 0, since: 0, post: "none", confirmed: false, handsBack: false, ...more },
});

/** Every call that a phone can show. */
function calls(): { call: Call | null; answers: Answer[]; undo: State["undo"] }[] {
  const found: { call: Call | null; answers: Answer[]; undo: State["undo"] }[] = [{ call: null, answers: [], undo: null }];
  for (const role of ["direct", "fetch_aed"] as const) {
    for (const route of [way, null]) {
      const ringing = onAlert(null, alert(role, route), NOON) as Call;
      found.push({ call: ringing, answers: [], undo: null });
      found.push({ call: onStep(ringing, "decline"), answers: [], undo: { id: "u0", goesAt: UNDO_MS } });
      for (const more of [{}, { post: "under_way" }, { post: "failed" }, { confirmed: true }] as Partial<Answer>[]) {
        found.push({ call: onStep(ringing, "accept"), answers: [accept(more)], undo: null });
      }
      for (const address of ["中原路1号", ""]) {
        const going = onAssignment(ringing, assignment(role, address, route), NOON) as Call;
        for (const stage of ["on_the_way", "with_aed", "arrived"] as Stage[]) {
          for (const moved of [false, true]) found.push({ call: { ...going, stage, moved }, answers: [], undo: null });
        }
      }
      for (const reason of ["timed_out", "signed_out", "unconfirmed"]) found.push({ call: over(ringing, reason, false), answers: [], undo: null });
    }
  }
  return found;
}

const SESSIONS: Session[] = ["none", "over", "here"];
const LINES: Line[] = ["none", "idle", "connecting", "online", "waiting", "signed_out", "replaced", "refused"];

/** Those of the product that there can be: without a session nothing is known, and whoever is signed out answers nothing. */
function* states(): Generator<State> {
  for (const session of SESSIONS) {
    for (const line of LINES) {
      for (const { call, answers, undo } of calls()) {
        if (session === "none" && call !== null) continue;
        if (session === "over" && (undo !== null || call?.stage === "ringing" || call?.stage === "accepting")) continue;
        yield { session, line, call, answers, undo };
      }
    }
  }
}

const EVENTS: MachineEvent[] = [
  ...SESSIONS.map((to) => ({ type: "session", to }) as const),
  ...LINES.map((to) => ({ type: "line", to }) as const),
  { type: "recovered", frames: [{ type: "accept", id: "r1", alert_id: "a1" }], id: "r2" },
  { type: "recovered", frames: [], id: "r2" },
  alert(),
  alert("fetch_aed", null, "a2"),
  assignment("direct", "中原路1号", way),
  { ...assignment("direct", "", null), reason: "patient_moved" },
  ended(),
  ended("other"),
  ...(["accept", "decline", "aed_collected", "at_door", "arrived", "done"] as const).map((step) => ({ type: "step", step, id: `s-${step}` }) as const),
  ...(["undo", "dismiss", "moved_seen", "leaving", "time"] as const).map((type) => ({ type })),
  { type: "answered", id: "x0", ok: true, code: "ok" },
  { type: "answered", id: "x0", ok: false, code: "too_late" },
  { type: "posted", id: "x0", ok: true, code: "ok", assignment: assignment("direct", "中原路1号", way) },
  { type: "posted", id: "x0", ok: true, code: "ok", assignment: null },
  { type: "posted", id: "x0", ok: false, code: "alert_over", assignment: null },
  { type: "not_posted", id: "x0" },
];

const TEXTS = (["zh", "en"] as const).map((lang) => {
  switchLang(lang);
  return { truth: truthWords.value, calledOff: words.value.calledOff.reasons };
});
switchLang("zh");
const PROMISES_ADDRESS = /地址(和路线都)?在这里|the address (and the way are|is) here/;
const PROMISES_WAY = /地址和路线都在这里|路线在这里|the way are here|the way is here/;

/** What is not so in a state, whatever led to it; plain comparisons, since there are many thousands. */
function wrongIn(state: State): string[] {
  const { session, line, call, answers, undo } = state;
  const wrong: string[] = [];
  const holds = (is: boolean, what: string) => is || wrong.push(`${what}: ${session} ${line} ${call?.stage}`);
  holds((undo !== null) === (call?.stage === "declining"), "an undo belongs to a decline");
  holds((call?.stage === "called_off") === (call?.ended != null), "an end has its reason");
  holds(session !== "none" || (call === null && answers.length === 0), "without a session nothing is known");
  if (call?.stage === "accepting") {
    holds(session === "here", "accepting ends with the session");
    holds(answers.some(({ frame }) => frame.type === "accept"), "while accepting lasts an answer is on its way");
    holds(answerWord(state) !== null, "it is said how the answer stands");
  }
  const isOpen = call !== null && call.stage !== "called_off";
  for (const { truth, calledOff } of TEXTS) {
    const answer = answerWord(state);
    const text = [...lineWords(state).map((word) => truth.line[word]), answer === null ? "" : truth.answer[answer]].join(" ");
    holds(!text.includes("undefined"), "every word has its text");
    holds(text.trim() !== "" || session === "none" || (session === "here" && line === "online"), "a line that is not there is told");
    holds(!PROMISES_ADDRESS.test(text) || (isOpen && !!call.assignment?.patient?.address), "no address is promised that is not there");
    holds(!PROMISES_WAY.test(text) || (isOpen && !!call.assignment?.route), "no way is promised that is not there");
    holds(!/路线走|along the way below/.test(text) || !!call?.alert?.route, "nobody is sent along a way that is not shown");
    holds(!/仍可应答|can still answer/.test(text) || (isOpen && line !== "refused" && line !== "signed_out"), "nobody is told to answer in vain");
    if (call?.ended) holds(!!(calledOff[call.ended.reason] ?? truth.ended[call.ended.reason]), "an end is explained");
  }
  return wrong;
}

function wrongWith(next: State, effects: Effect[]): string[] {
  const wrong: string[] = [];
  for (const effect of effects) {
    if (effect.do !== "send" && effect.do !== "post") continue;
    if (next.session !== "here") wrong.push(`${effect.do} without a session`);
    // "seen" and "no_sound" are never the machine's to say.
    if (!STEPS.includes(effect.frame.type)) wrong.push(`says ${effect.frame.type}`);
  }
  if (next.answers.some(({ post }) => post === "under_way") && !isWatched(next)) wrong.push("an answer is under way and nobody watches the line");
  return wrong;
}

const STEPS = ["accept", "decline", "aed_collected", "at_door", "arrived", "done"];

describe("session x line x call", () => {
  it("is true, and stays so under every event", () => {
    let seen = 0;
    const wrong = new Set<string>();
    for (const state of states()) {
      wrongIn(state).forEach((one) => wrong.add(one));
      for (const event of EVENTS) {
        for (const s of [1, 40, 3_700]) {
          const { state: next, effects } = reduce(state, event, now(s));
          [...wrongIn(next), ...wrongWith(next, effects)].forEach((one) => wrong.add(`${one} after ${event.type} from ${state.call?.stage}`));
          seen++;
        }
      }
    }
    expect([...wrong].slice(0, 20)).toEqual([]);
    expect(seen).toBeGreaterThan(20_000);
  }, PATIENCE_MS);

  it("always leaves something to do or passes by itself, and every call comes to its end", () => {
    for (const state of states()) {
      if (state.call === null) continue;
      expect(exitsOf(state).length).toBeGreaterThan(0);
      for (const first of exitsOf(state)) expect(endsAfter(state, first), `${state.session} ${state.line} ${state.call.stage} ${first}`).toBe(true);
    }
  }, PATIENCE_MS);

  it("does nothing for a tap on what is not there, as the second of two", () => {
    const wrong: string[] = [];
    for (const state of states()) {
      for (const step of ["accept", "decline", "aed_collected", "at_door", "arrived", "done"] as const) {
        if (exitsOf(state).includes(step)) continue;
        const { state: next, effects } = reduce(state, { type: "step", step, id: "again" }, now(0));
        if (next.call !== state.call || effects.some((one) => one.do === "send")) wrong.push(`${step} in ${state.call?.stage}`);
      }
    }
    expect(wrong).toEqual([]);
  }, PATIENCE_MS);
});

/** Whether the first exit, then always the last one that there is, leads out of the call. */
function endsAfter(from: State, first: ReturnType<typeof exitsOf>[number]): boolean {
  let state = from;
  let exit: ReturnType<typeof exitsOf>[number] | undefined = first;
  for (let i = 0; i < 12 && state.call !== null; i++) {
    const event: MachineEvent = exit === "undo" || exit === "dismiss" || exit === "moved_seen" ? { type: exit } : { type: "step", step: exit as "accept", id: `e${i}` };
    state = reduce(state, event, now(i)).state;
    state = reduce(state, { type: "time" }, now(i + UNDO_MS / 1000)).state;
    exit = exitsOf(state).filter((one) => one !== "undo").at(-1);
    if (exit === undefined && state.call !== null) state = reduce(state, { type: "time" }, now(100 + i)).state;
  }
  return state.call === null;
}

/** A phone on which things happen one after the other. */
class Phone {
  state: State = { ...begun("here", null), line: "online" };
  effects: Effect[] = [];
  hears(s: number, ...events: MachineEvent[]): this {
    for (const event of events) {
      const { state, effects } = reduce(this.state, event, now(s));
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }
  done(kind: Effect["do"]): number {
    return this.effects.filter((one) => one.do === kind).length;
  }
}

const tap = (step: "accept" | "decline" | "arrived" | "done", id = "x0"): MachineEvent => ({ type: "step", step, id });

describe("a yes", () => {
  it("that the stream does not answer within four seconds goes over HTTP, and brings the address", () => {
    const phone = new Phone().hears(0, alert(), tap("accept")).hears(3.9, { type: "time" });
    expect([phone.done("send"), phone.done("post"), answerWord(phone.state)]).toEqual([1, 0, "sending"]);
    phone.hears(4, { type: "time" }, { type: "time" });
    expect([phone.done("post"), answerWord(phone.state)]).toEqual([1, "again"]);
    phone.hears(5, { type: "posted", id: "x0", ok: true, code: "ok", assignment: assignment("direct", "中原路1号", way) });
    expect(phone.state.call).toMatchObject({ stage: "on_the_way", assignment: { patient: { address: "中原路1号" } } });
    expect([phone.state.answers, phone.effects.at(-1)]).toEqual([[], { do: "settle", id: "x0" }]);
  });

  it("goes over HTTP at once where there is no stream, and again every four seconds", () => {
    const phone = new Phone().hears(0, alert(), { type: "line", to: "waiting" }, tap("accept"));
    expect([phone.done("post"), answerWord(phone.state), untoldOf(phone.state)]).toEqual([1, "unsent_go", 1]);
    phone.hears(1, { type: "not_posted", id: "x0" }).hears(4, { type: "time" });
    expect(phone.done("post")).toBe(1);
    phone.hears(5, { type: "time" });
    expect(phone.done("post")).toBe(2);
  });

  it("that was confirmed without an address asks again for it", () => {
    const phone = new Phone().hears(0, alert(), tap("accept")).hears(1, { type: "answered", id: "x0", ok: true, code: "ok" });
    expect([phone.state.call?.stage, answerWord(phone.state), untoldOf(phone.state)]).toEqual(["accepting", "confirmed", 0]);
    phone.hears(1 + ANSWERED_WITHIN_MS / 1000, { type: "time" });
    expect(phone.done("post")).toBe(1);
  });

  it("is over when the session is, and says why", () => {
    const phone = new Phone().hears(0, alert(), tap("accept")).hears(2, { type: "session", to: "over" });
    expect(phone.state.call).toMatchObject({ stage: "called_off", ended: { reason: "signed_out" } });
    expect(phone.effects.at(-1)).toEqual({ do: "settle", id: "x0" });
  });

  it("is not waited for without end", () => {
    const phone = new Phone().hears(0, { type: "line", to: "waiting" }, alert(), tap("accept")).hears(1, { type: "not_posted", id: "x0" });
    phone.hears(CONFIRMED_WITHIN_MS / 1000 + 1, { type: "time" });
    expect(phone.state.call?.ended?.reason).toBe("unconfirmed");
  });

  it("is over where it was refused over HTTP, as on the stream", () => {
    const phone = new Phone().hears(0, alert(), tap("accept")).hears(4, { type: "time" });
    phone.hears(5, { type: "posted", id: "x0", ok: false, code: "too_late", assignment: null });
    expect([phone.state.call?.ended?.reason, phone.done("refused")]).toEqual(["too_late", 0]);
  });

  it("still waits after the page was loaded anew", () => {
    const accepting = new Phone().hears(0, alert(), tap("accept")).state.call;
    const phone = new Phone();
    phone.state = begun("here", accepting);
    phone.hears(0, { type: "recovered", frames: [], id: "r0" });
    expect(answerWord(phone.state)).toBe("confirmed");
  });
});

describe("a no", () => {
  it("goes out after three seconds, once, whatever is tapped meanwhile", () => {
    const phone = new Phone().hears(0, alert(), tap("decline"), tap("decline", "x1"), tap("accept", "x2")).hears(2.9, { type: "time" });
    expect([phone.state.call?.stage, phone.done("send")]).toEqual(["declining", 0]);
    phone.hears(3, { type: "time" }, { type: "time" }, tap("decline", "x3"));
    expect(phone.state.call).toBeNull();
    expect(phone.effects).toEqual([{ do: "rings", alert: alert() }, { do: "send", frame: { type: "decline", id: "x0", alert_id: "a1" } }]);
  });

  it("is taken back, and the alarm rings on", () => {
    const phone = new Phone().hears(0, alert(), tap("decline")).hears(1, { type: "undo" }).hears(9, { type: "time" });
    expect([phone.state.call?.stage, phone.done("send")]).toEqual(["ringing", 0]);
  });

  it("goes out when the page is left, and before another alarm rings", () => {
    const left = new Phone().hears(0, alert(), tap("decline")).hears(1, { type: "leaving" });
    expect([left.state.call, left.done("send")]).toEqual([null, 1]);
    const again = new Phone().hears(0, alert(), tap("decline")).hears(1, alert("direct", way, "a2"));
    expect([again.state.call?.alertId, again.state.call?.stage, again.done("send")]).toEqual(["a2", "ringing", 1]);
  });

  it("to a task that was accepted says that somebody else is called only once the service has it", () => {
    const phone = new Phone().hears(0, alert(), assignment("direct", "", null), tap("decline"));
    expect([phone.state.call, phone.done("handed_back")]).toEqual([null, 0]);
    phone.hears(1, { type: "answered", id: "x0", ok: true, code: "ok" });
    expect(phone.done("handed_back")).toBe(1);
  });
});

describe("a call that goes on", () => {
  it("is not rung anew by the same alert", () => {
    const phone = new Phone().hears(0, alert(), assignment("direct", "中原路1号", way), alert());
    expect([phone.state.call?.stage, phone.done("rings")]).toEqual(["on_the_way", 1]);
  });

  it("stays on the phone with its address when the session ends on the way, and says that nobody hears", () => {
    const phone = new Phone().hears(0, alert(), assignment("direct", "中原路1号", way), { type: "session", to: "over" });
    expect(lineWords(phone.state)).toEqual(["over", "has_address_and_way", "untold"]);
    expect(phone.hears(9, tap("arrived")).done("send")).toBe(0);
    expect(phone.hears(10, tap("done", "x1")).state.call).toBeNull();
  });

  it("tells its answers one after the other", () => {
    const phone = new Phone().hears(0, alert(), assignment("direct", "", null), { type: "line", to: "waiting" }, tap("arrived"), tap("done", "x1"));
    expect(phone.effects.filter((one) => one.do === "post")).toMatchObject([{ frame: { type: "arrived" } }]);
    phone.hears(1, { type: "posted", id: "x0", ok: true, code: "ok", assignment: null });
    expect(phone.effects.filter((one) => one.do === "post")).toMatchObject([{ frame: { type: "arrived" } }, { frame: { type: "done" } }]);
  });
});
