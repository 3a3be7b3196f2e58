// Honest about whether the phone can be reached: what has been proven, and what would keep it silent.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { serviceNow, tick } from "../../shared/clock.ts";
import { Button, toast } from "../../shared/components.tsx";
import { wordingOf } from "../../shared/errors.ts";
import { formatDateTime, formatTime } from "../../shared/i18n.ts";
import { soundReady, unlockSound } from "../alarm.ts";
import { connection, me, onDuty, otherWays, sendTestAlarm } from "../app.ts";
import { pushState, readPush, subscribe } from "../notices.ts";
import { permission } from "../position.ts";
import { words } from "../words.ts";

type Proof = "proven" | "unproven" | "failed" | "waiting" | "old";
const ARRIVES_WITHIN_MS = 60_000;
const PROVEN_FOR_MS = 14 * 86_400_000;

function proof(): Proof {
  const last = me.value?.volunteer?.last_test_alarm ?? null;
  if (last === null) return "unproven";
  const age = Math.max(tick.value, serviceNow()) - Date.parse(last.sent_at);
  if (last.arrived_at !== null) return age > PROVEN_FOR_MS ? "old" : "proven";
  return age > ARRIVES_WITHIN_MS ? "failed" : "waiting";
}

export function Reachability() {
  const { reach } = words.value;
  const found = proof();
  const online = connection.value === "connected";
  useEffect(() => void readPush(), [online]);
  const last = me.value?.volunteer?.last_test_alarm;
  const when = last?.arrived_at ? timeOrDate(last.arrived_at) : "";
  const words_: Record<Proof, string> = {
    proven: reach.proven(when),
    old: reach.provenOld(when),
    unproven: reach.unproven,
    failed: reach.failed,
    waiting: reach.waiting,
  };
  const state = !onDuty.value ? "unproven" : found === "proven" ? "proven" : found === "failed" ? "failed" : "unproven";
  const verdict = !onDuty.value ? reach.offDuty : !online ? (otherWays.value.length > 0 ? reach.offline : reach.offlineNone) : words_[found];
  const kind = !onDuty.value ? "off" : !online || found === "failed" ? "bad" : found === "proven" ? "good" : "warn";
  return (
    <section class="card stack" aria-labelledby="reach-title">
      <h2 id="reach-title">{reach.title}</h2>
      <p class="note" data-kind={kind} data-testid="reachability" data-state={online ? state : "failed"} role="status">
        {verdict}
      </p>
      <dl class="checks">
        <Check label={reach.sound} ok={soundReady.value}>
          {soundReady.value ? (
            reach.soundOn
          ) : (
            <>
              {reach.soundOff}
              <Button size="small" data-testid="unlock-sound" onClick={() => void unlockSound()}>
                {reach.unlock}
              </Button>
            </>
          )}
        </Check>
        <Check label={reach.place} ok={!onDuty.value ? null : permission.value === "granted" ? true : permission.value === "unknown" ? null : false}>
          {!onDuty.value ? reach.placeOff : permission.value === "granted" ? reach.placeOn : permission.value === "unknown" ? reach.placeUnknown : reach.placeDenied}
        </Check>
        <ClosedCheck />
        <Papers />
      </dl>
      <Button data-testid="test-alarm" disabled={!onDuty.value || found === "waiting"} onClick={() => void sendTestAlarm()}>
        {reach.test}
      </Button>
    </section>
  );
}

function ClosedCheck() {
  const { reach } = words.value;
  const others = otherWays.value.filter((name) => name !== "push");
  const state = pushState.value;
  const ok = state === "on" || others.length > 0;
  const text = {
    unknown: reach.closedOff,
    unsupported: reach.closedNone,
    not_offered: reach.closedNotOffered,
    off: reach.closedOff,
    on: reach.closedPush,
    denied: reach.closedDenied,
  }[state];
  return (
    <Check label={reach.closed} ok={ok}>
      {others.length > 0 && state !== "on" ? reach.closedChannels(others.map((name) => reach.channels[name] ?? name).join(" / ")) : text}
      {state === "off" && (
        <Button size="small" data-testid="push-on" onClick={() => void subscribe().catch((error: unknown) => toast(wordingOf(error), "bad"))}>
          {reach.turnOn}
        </Button>
      )}
    </Check>
  );
}

function Papers() {
  const { reach } = words.value;
  const volunteer = me.value?.volunteer;
  if (!volunteer) return null;
  const against = volunteer.dispatchable ? [] : volunteer.reasons.filter((code) => code !== "off_duty" && code !== "no_consent");
  const until = volunteer.certificates.map((one) => one.valid_until ?? "").sort().at(-1);
  const fine = until ? reach.validUntil(until.slice(0, 10)) : reach.papersOk;
  return (
    <Check label={reach.papers} ok={against.length === 0}>
      {against.length === 0 ? fine : against.map((code) => reach.reasons[code] ?? reach.reasonOther(code)).join(" ")}
    </Check>
  );
}

function Check({ label, ok, children }: { label: string; ok: boolean | null; children: ComponentChildren }) {
  return (
    <div class="check" data-ok={ok === null ? "unknown" : String(ok)}>
      <dt>
        <span class="check-mark" aria-hidden="true">
          {ok === null ? "–" : ok ? "✓" : "!"}
        </span>
        {label}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function timeOrDate(at: string): string {
  return serviceNow() - Date.parse(at) < 12 * 3_600_000 ? formatTime(at) : formatDateTime(at);
}
