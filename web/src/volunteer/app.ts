// The volunteer's app without its screens: the session, the stream, the call, and what follows from each for alarm,
// positions and the screen that stays on.
import { batch, computed, effect, signal } from "@preact/signals";
import type { ServerFrame } from "../generated/stream.ts";
import { api, type Schemas, type Session } from "../shared/api.ts";
import { serviceNow, setServiceClock } from "../shared/clock.ts";
import { toast } from "../shared/components.tsx";
import { ApiError, wordingOf, wordingOfCode } from "../shared/errors.ts";
import { type Kept, localMemory, openStream, type Result } from "../shared/stream.ts";
import { keepAwake, leaveFullScreen, setUpAlarm, startRinging, stopRinging, unlockSound } from "./alarm.ts";
import { isActive, remainingS } from "./call.ts";
import { holdBack } from "./hold-back.ts";
import { forgetAll, recall, remember } from "./memory.ts";
import { call, followLine, happened, heed, isAnswer, stream, took } from "./mission.ts";
import { dropPush, readPush } from "./notices.ts";
import { sendAgain, setDemo, setDemoWalk, setPace } from "./position.ts";
import { type Overlay, Router, tabEntries } from "./router.ts";
import { placeAlong } from "./steps.ts";

export type Me = Schemas["MeView"];
export interface Who {
  subject: string;
  name: string;
}

export const who = signal<Who | null>(recall<Who>("who"));
export const me = signal<Me | null>(recall<Me>("me"));
export const onDuty = signal<boolean>(me.value?.volunteer?.on_duty ?? false);
/** The service has not confirmed the switch yet. */
export const dutyPending = signal(false);
export const invitation = signal<string | null>(null);
/** A test alarm that rings now, by its id. */
export const testRinging = signal<string | null>(null);
export const router = new Router(tabEntries, (overlay) => {
  if (overlay === "test") testRinging.value = null;
  else if (overlay === "consent") refuseInvitation();
});

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

/** A demo's invitation tells where its viewer stands. It counts only for whoever joins by it. */
let invitedAt: string | null = null;

export async function boot(): Promise<void> {
  setUpAlarm();
  api.onSessionEnd = ended;
  followLine();
  follow();
  if (who.value !== null) begin(who.value);
  readAddress();
  history.scrollRestoration = "manual";
  router.moved();
  followOverlay();
  // An invitation that is opened in the app's own tab loads nothing anew.
  addEventListener("popstate", () => {
    readAddress();
    router.moved();
  });
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
      happened({ type: "session", to: "none" });
      me.value = null;
      remember("who", next);
      who.value = next;
      happened({ type: "session", to: "here" });
      begin(next);
    } else if (stream.value === null) {
      happened({ type: "session", to: "here" });
      begin(next);
    } else stream.value.start();
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
  took(client);
  client.start();
  // An app that is often used may sound without a tap; where it may not, the screen says so.
  void unlockSound();
}

function ended(): void {
  stream.value?.stop();
  happened({ type: "session", to: who.value === null ? "none" : "over" });
  stream.value = null;
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
    case "assignment":
    case "alert_ended":
      happened(frame);
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
  if (isAnswer(sent)) happened({ type: "answered", id: sent.id, ok: result.ok, code: result.code });
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
  router.finish();
  batch(() => {
    who.value = null;
    me.value = null;
    onDuty.value = false;
    happened({ type: "session", to: "none" });
  });
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
}

/** What comes by itself lies over the page that is open, under an address of its own. */
function followOverlay(): void {
  const wanted = computed<Overlay | null>(() =>
    call.value !== null ? "call" : testRinging.value !== null ? "test" : invitation.value !== null ? "consent" : null,
  );
  effect(() => router.cover(wanted.value));
  const rings = computed(() => call.value?.stage === "ringing");
  effect(() => (rings.value ? holdBack() : undefined));
}

/** Whoever does not agree has not joined; where they were before, they still are. */
export function refuseInvitation(): void {
  invitation.value = null;
}
