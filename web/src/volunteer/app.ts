// The volunteer's app without its screens: the session, the stream, the call, and what follows from each for alarm,
// positions and the screen that stays on.
import { batch, computed, effect, signal } from "@preact/signals";
import type { ServerFrame } from "../generated/stream.ts";
import { api, type Schemas, type Session } from "../shared/api.ts";
import { serviceNow, setServiceClock, tick } from "../shared/clock.ts";
import { toast } from "../shared/components.tsx";
import { ApiError, wordingOf, wordingOfCode } from "../shared/errors.ts";
import { type Kept, localMemory, openStream, type Result, type StreamClient } from "../shared/stream.ts";
import { keepAwake, leaveFullScreen, ringing, setUpAlarm, startRinging, stopRinging, unlockSound } from "./alarm.ts";
import { type Call, type CallState, isActive, onAlert, onAssignment, onEnded, onRefused, onStep, onTime, remainingS, type Step } from "./call.ts";
import { Heed } from "./heed.ts";
import { forgetAll, recall, remember } from "./memory.ts";
import { dropPush, readPush, showSystemNotice } from "./notices.ts";
import { sendAgain, setDemo, setDemoWalk, setPace } from "./position.ts";
import { placeAlong } from "./steps.ts";
import { words } from "./words.ts";

export type Me = Schemas["MeView"];
export interface Who {
  subject: string;
  name: string;
}

export type Page = "home" | "legal" | "report" | "cpr" | "settings";
/** Signed out: there has been a session on this phone, and it is over. */
export type SessionState = "none" | "over" | "here";

export const who = signal<Who | null>(recall<Who>("who"));
export const sessionState = signal<SessionState>(who.value === null ? "none" : "here");
export const me = signal<Me | null>(recall<Me>("me"));
export const onDuty = signal<boolean>(me.value?.volunteer?.on_duty ?? false);
/** The service has not confirmed the switch yet. */
export const dutyPending = signal(false);
export const call = signal<CallState>(recall<Call>("call", 6 * 3600));
export const page = signal<Page>("home");
export const stream = signal<StreamClient | null>(null);
export const invitation = signal<string | null>(null);
/** A test alarm that rings now, by its id. */
export const testRinging = signal<string | null>(null);
/** The AED that the report is about, where it is known beforehand. */
export const reportAbout = signal<{ aed_id: string; name: string } | null>(null);

export const connection = computed<"connected" | "connecting" | "offline">(() => {
  const state = stream.value?.state.value;
  if (state === "online") return "connected";
  return state === "connecting" || state === undefined ? "connecting" : "offline";
});

/** Ways to reach this volunteer when the app is not connected. */
export const otherWays = computed(() => (me.value?.volunteer?.channels ?? []).filter((name) => name !== "stream"));

/** Said once: a phone that stands wrong would say it every few seconds. */
const POSITION_REFUSED = new Set(["outside_service_area", "zero_coordinates", "bad_coordinates", "bad_position", "bad_accuracy", "position_old"]);
let toldOfPosition = false;
const TEST_RINGS_MS = 12_000;
const CALL_OFF_RINGS_MS = 30_000;

const heed = new Heed({
  send: (frame) => void stream.value?.send(frame),
  ringing: () => (call.value?.stage === "ringing" ? call.value.alertId : null),
  sounds: () => ringing.value !== null,
  later: (run, ms) => void setTimeout(run, ms),
});

/** A demo's invitation tells where its viewer stands. It counts only for whoever joins by it. */
let invitedAt: string | null = null;

export async function boot(): Promise<void> {
  setUpAlarm();
  api.onSessionEnd = ended;
  follow();
  if (who.value !== null) begin(who.value);
  readAddress();
  // An invitation that is opened in the app's own tab loads nothing anew.
  addEventListener("hashchange", readAddress);
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<{ test?: string; touched?: boolean }>) => {
    if (data.test !== undefined) testAlarmCame(data.test);
    if (data.touched) heed.touched();
  });
  for (const kind of ["pointerdown", "keydown"] as const) addEventListener(kind, () => heed.touched(), { capture: true });
  // Somebody who comes with an invitation and has not been here has no session to renew.
  if (who.value === null && invitation.value !== null) return;
  try {
    const session = await api.renew();
    if (session !== null) entered(session);
  } catch {
    // The stream tries again, and the screen says that there is no connection.
  }
}

/** An invitation, or the test alarm that a push has shown: taken out of the address, which is kept and passed on. */
function readAddress(): void {
  const [, code, at] = /^#join=([^&]+)(?:&at=([^&]+))?/.exec(location.hash) ?? [];
  const test = /^#test=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined && test === undefined) return;
  history.replaceState(null, "", location.pathname);
  if (test !== undefined) testAlarmCame(decodeURIComponent(test));
  if (code === undefined) return;
  invitation.value = decodeURIComponent(code);
  invitedAt = at === undefined ? null : decodeURIComponent(at);
}

/** A session has been given, by an invitation or by the cookie. */
export function entered(session: Session): void {
  const isAnother = who.value !== null && who.value.subject !== session.subject;
  void (isAnother ? dropPush() : Promise.resolve()).catch(() => undefined).then(readPush);
  batch(() => {
    const next = { subject: session.subject, name: session.name };
    if (who.value?.subject !== next.subject) {
      const before = who.value;
      if (before !== null) forgetAll();
      call.value = null;
      me.value = null;
      remember("who", next);
      who.value = next;
      begin(next);
    } else if (stream.value === null) begin(next);
    else stream.value.start();
    sessionState.value = "here";
    if (invitation.value !== null) setDemo(invitedAt);
    invitation.value = null;
  });
  void refreshMe();
  void readClock();
}

function begin({ subject }: Who): void {
  stream.value?.stop();
  const client = openStream("/streams/volunteer", () => api.token(), localMemory(`rescue.stream.${subject}`));
  client.onFrame = heard;
  client.onResult = answered;
  client.onBadToken = () => void api.renew().catch(() => undefined);
  stream.value = client;
  client.start();
  // An app that is often used may sound without a tap; where it may not, the screen says so.
  void unlockSound();
}

function ended(): void {
  stream.value?.stop();
  stream.value = null;
  sessionState.value = who.value === null ? "none" : "over";
  void dropPush().catch(() => undefined);
}

export async function refreshMe(): Promise<void> {
  try {
    me.value = await api.get("/api/me", {});
    remember("me", me.value);
    if (!dutyPending.value) onDuty.value = me.value?.volunteer?.on_duty ?? false;
  } catch {
    // What was known last stands; the screen says that there is no connection.
  }
}

async function readClock(): Promise<void> {
  try {
    const { now, speed } = await api.get("/api/clock", {});
    setServiceClock(now, speed);
  } catch {
    // The welcome of the stream sets it too, without the speed.
  }
}

function heard(frame: ServerFrame): void {
  switch (frame.type) {
    case "welcome":
      setServiceClock(frame.now);
      sendAgain();
      void refreshMe();
      void readClock();
      break;
    case "alert":
      setCall(onAlert(call.value, frame, serviceNow()));
      if (call.value?.alertId === frame.alert_id) {
        heed.came(frame.alert_id);
        showSystemNotice(words.value.alarm.title, words.value.roles[frame.role]);
      }
      break;
    case "assignment":
      setCall(onAssignment(call.value, frame, serviceNow()));
      break;
    case "alert_ended":
      setCall(onEnded(call.value, frame));
      if (call.value?.stage === "called_off") showSystemNotice(words.value.calledOff.title, words.value.calledOff.stop);
      break;
    case "result":
      // What is refused without an id of ours is a position.
      if (!frame.ok && frame.re === null && POSITION_REFUSED.has(frame.code) && !toldOfPosition) {
        toldOfPosition = true;
        toast(wordingOfCode(frame.code), "bad");
      }
      break;
    case "test_alarm":
      testAlarmCame(frame.test_id);
  }
}

function answered(sent: Kept, result: Result): void {
  if (sent.type === "duty") {
    dutyPending.value = false;
    if (!result.ok) {
      onDuty.value = !sent.on;
      toast(wordingOfCode(result.code), "bad");
    }
    void refreshMe();
    return;
  }
  if (result.ok || !("alert_id" in sent)) return;
  if (sent.type === "seen" || sent.type === "no_sound" || result.code === "already_arrived") return;
  setCall(onRefused(call.value, sent.alert_id, sent.type, result.code));
  if (call.value?.stage !== "called_off") toast(wordingOfCode(result.code), "bad");
}

function testAlarmCame(testId: string): void {
  stream.value?.send({ type: "test_alarm_seen", test_id: testId });
  if (isActive(call.value)) return;
  testRinging.value = testId;
  setTimeout(() => {
    if (testRinging.value === testId) testRinging.value = null;
  }, TEST_RINGS_MS);
  setTimeout(() => void refreshMe(), 1_500);
}

export function setDuty(on: boolean): void {
  onDuty.value = on;
  dutyPending.value = true;
  stream.value?.send({ type: "duty", on });
}

export function step(kind: Step, more: { aed_returned?: boolean } = {}): void {
  const current = call.value;
  if (current === null) return;
  stream.value?.send({ type: kind, alert_id: current.alertId, ...more });
  setCall(onStep(current, kind));
}

export function dismissCallOff(): void {
  setCall(null);
}

export async function sendTestAlarm(): Promise<void> {
  try {
    const { sent_at, channel } = await api.post("/api/me/test-alarm", {});
    const now = me.value;
    if (now?.volunteer) me.value = { ...now, volunteer: { ...now.volunteer, last_test_alarm: { sent_at, arrived_at: null, channel } } };
    setTimeout(() => void refreshMe(), 5_000);
  } catch (error) {
    toast(wordingOf(error), "bad");
  }
}

export async function signOut(): Promise<void> {
  if (onDuty.value) setDuty(false);
  try {
    await api.signOut();
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) {
      toast(wordingOf(error), "bad");
      return;
    }
  }
  left();
}

export async function withdrawConsent(): Promise<boolean> {
  try {
    await api.delete("/api/me/consent", {});
    await api.signOut().catch(() => undefined);
    left();
    return true;
  } catch (error) {
    toast(wordingOf(error), "bad");
    return false;
  }
}

function left(): void {
  stream.value?.stop();
  stream.value?.forget();
  stream.value = null;
  void dropPush().catch(() => undefined);
  forgetAll();
  setDemo(null);
  batch(() => {
    who.value = null;
    me.value = null;
    call.value = null;
    onDuty.value = false;
    page.value = "home";
    sessionState.value = "none";
  });
}

function setCall(next: CallState): void {
  if (next === call.value) return;
  call.value = next;
  // The place is on the phone only while it is needed.
  remember("call", isActive(next) ? next : null);
}

/** What rings, how often positions go, whether the screen stays on: each follows from the call and the duty. */
function follow(): void {
  effect(() => {
    const stage = call.value?.stage;
    if (stage === "ringing" || call.value?.moved) startRinging("alarm");
    else if (stage === "called_off") startRinging("call_off");
    else if (testRinging.value !== null) startRinging("test");
    else stopRinging();
  });
  effect(() => {
    if (call.value?.stage !== "called_off") return;
    const silence = setTimeout(stopRinging, CALL_OFF_RINGS_MS);
    return () => clearTimeout(silence);
  });
  effect(() => {
    keepAwake.value = call.value !== null || testRinging.value !== null;
    if (call.value === null) leaveFullScreen();
  });
  effect(() => {
    const client = stream.value;
    const active = isActive(call.value);
    if (client === null) setPace("off", () => false);
    else setPace(active ? "call" : onDuty.value ? "duty" : "off", (frame) => client.sendPosition(frame));
  });
  setDemoWalk(() => {
    const current = call.value;
    const route = current?.assignment?.route;
    if (!current || !route) return null;
    if (current.stage === "arrived") return placeAlong(route, 1);
    const walk = current.assignment?.walk_time_s ?? 1;
    return placeAlong(route, 1 - remainingS(current, serviceNow()) / Math.max(1, walk));
  });
  effect(() => {
    setCall(onTime(call.peek(), tick.value));
  });
}

/** The patient's place changed, and the volunteer has seen it. */
export function noteMoved(): void {
  if (call.value !== null) setCall({ ...call.value, moved: false });
}
