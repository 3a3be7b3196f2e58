// Honest about whether the phone can be reached: the worst of all checks, and what to do about each.
import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { serviceNow, tick } from "../../shared/clock.ts";
import { Button, toast } from "../../shared/components.tsx";
import { wordingOf } from "../../shared/errors.ts";
import { formatDateTime, formatDistance, formatTime } from "../../shared/i18n.ts";
import { soundReady, unlockSound } from "../alarm.ts";
import { connection, me, onDuty, otherWays, refreshMe, sendTestAlarm } from "../app.ts";
import { sessionState } from "../mission.ts";
import { pushState, readPush, subscribe } from "../notices.ts";
import { fix, fixFailed, permission } from "../position.ts";
import { type Check, checksOf, type Facts, obstaclesOf, type Proof, worstOf } from "../reach.ts";
import { words } from "../words.ts";
import { reachWords } from "../words-reach.ts";

const ARRIVES_WITHIN_MS = 60_000;
const ASKED_EVERY_MS = 60_000;
const PROVEN_FOR_MS = 14 * 86_400_000;
const KIND = { good: "good", waiting: undefined, warn: "warn", off: "off", bad: "bad" } as const;

function proof(): Proof {
  const last = me.value?.volunteer?.last_test_alarm ?? null;
  if (last === null) return "unproven";
  const age = Math.max(tick.value, serviceNow()) - Date.parse(last.sent_at);
  if (last.arrived_at !== null) return age > PROVEN_FOR_MS ? "old" : "proven";
  return age > ARRIVES_WITHIN_MS ? "failed" : "waiting";
}

const facts = computed<Facts>(() => {
  const volunteer = me.value?.volunteer;
  return {
    session: sessionState.value,
    known: volunteer != null,
    onDuty: onDuty.value,
    online: connection.value === "connected",
    otherWays: otherWays.value,
    sound: soundReady.value,
    permission: permission.value,
    accuracyM: fix.value?.accuracy_m ?? null,
    fixFailed: fixFailed.value,
    // A view that was remembered from an older service has no limit.
    maxAccuracyM: volunteer?.max_accuracy_m ?? Infinity,
    reasons: volunteer?.reasons ?? [],
    push: pushState.value,
    proof: proof(),
  };
});
/** Everything that keeps an alarm from being heard here. */
const checks = computed(() => checksOf(facts.value));
export const worst = computed(() => worstOf(checks.value));

export function Reachability() {
  const { reach } = words.value;
  const online = connection.value === "connected";
  useEffect(() => void readPush(), [online]);
  // A certificate ends, a position counts or no longer does, while the page stays open.
  useEffect(() => {
    const again = setInterval(() => void refreshMe(), ASKED_EVERY_MS);
    return () => clearInterval(again);
  }, []);
  const all = checks.value;
  const { grade, topic } = worst.value;
  return (
    <section class="card stack" aria-labelledby="reach-title">
      <h2 id="reach-title">{reach.title}</h2>
      <p class="note" data-kind={KIND[grade]} data-testid="reachability" data-state={grade} data-topic={topic} role="status">
        {verdict(worst.value, all)}
      </p>
      <dl class="checks">
        {all.map((one) => (
          <Row key={one.topic} check={one} />
        ))}
      </dl>
      <Button data-testid="test-alarm" disabled={!onDuty.value || proof() === "waiting"} onClick={() => void sendTestAlarm()}>
        {reach.test}
      </Button>
    </section>
  );
}

function verdict(worst: Check, all: readonly Check[]): string {
  const { yes, no, maybe, asking, more } = reachWords.value;
  const arrived = me.value?.volunteer?.last_test_alarm?.arrived_at;
  if (worst.grade === "good") return yes(arrived ? timeOrDate(arrived) : "");
  if (worst.grade === "waiting") return asking;
  const others = all.filter((one) => one !== worst && (one.grade === "bad" || one.grade === "warn" || one.grade === "off")).length;
  return `${worst.grade === "warn" ? maybe : no}${told(worst)}${others > 0 ? ` ${more(others)}` : ""}`;
}

/** What a check found and what to do. */
export function told({ topic, says, grade }: Check): string {
  const { reach } = words.value;
  const texts = reachWords.value;
  const { volunteer } = me.value ?? {};
  if (topic === "papers" && says === "against") {
    const against = obstaclesOf(volunteer?.reasons ?? []);
    return [...against.map((code) => reach.reasons[code] ?? reach.reasonOther(code)), texts.askForPapers].join(" ");
  }
  if (topic === "papers" && says === "fine") {
    const until = volunteer?.certificates.map((one) => one.valid_until ?? "").sort().at(-1);
    return until ? reach.validUntil(until.slice(0, 10)) : (texts.papers["fine"] ?? "");
  }
  if (topic === "closed" && says === "others") {
    const names = otherWays.value.filter((name) => name !== "push").map((name) => reach.channels[name] ?? name);
    return reach.closedChannels(names.join(" / "));
  }
  const here = topic === "place" && says === "coarse" ? texts.coarse(formatDistance(fix.value?.accuracy_m ?? 0), formatDistance(facts.value.maxAccuracyM)) : (texts[topic][says] ?? says);
  return topic === "place" && grade === "bad" ? `${here} ${texts.place["noHome"]}` : here;
}

function Row({ check }: { check: Check }) {
  const { reach } = words.value;
  const { topic, grade, says } = check;
  const ok = grade === "good" ? "true" : grade === "waiting" || grade === "off" ? "unknown" : "false";
  return (
    <div class="check" data-ok={ok} data-testid={`check-${topic}`} data-says={says}>
      <dt>
        <span class="check-mark" aria-hidden="true">
          {ok === "unknown" ? "–" : ok === "true" ? "✓" : "!"}
        </span>
        {reachWords.value.labels[topic]}
      </dt>
      <dd>
        {told(check)}
        {topic === "sound" && grade !== "good" && (
          <Button size="small" data-testid="unlock-sound" onClick={() => void unlockSound()}>
            {reach.unlock}
          </Button>
        )}
        {topic === "closed" && says === "off" && (
          <Button size="small" data-testid="push-on" onClick={() => void subscribe().catch((error: unknown) => toast(wordingOf(error), "bad"))}>
            {reach.turnOn}
          </Button>
        )}
      </dd>
    </div>
  );
}

function timeOrDate(at: string): string {
  return serviceNow() - Date.parse(at) < 12 * 3_600_000 ? formatTime(at) : formatDateTime(at);
}
