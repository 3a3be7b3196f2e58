// The calls that came and were over before this phone answered: whoever slept or had no signal should know.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Schemas } from "../../shared/api.ts";
import { serviceNow } from "../../shared/clock.ts";
import { formatDateTime } from "../../shared/i18n.ts";
import { connection } from "../app.ts";
import { call } from "../mission.ts";
import { words } from "../words.ts";

type Past = Schemas["PastAlert"];

const TOLD_FOR_MS = 14 * 86_400_000;
const MOST = 5;

export function MissedCalls() {
  const past = useSignal<readonly Past[]>([]);
  const isOver = call.value === null;
  const isConnected = connection.value === "connected";
  useEffect(() => {
    if (!isOver || !isConnected) return;
    // What was known last stands where the service cannot be asked.
    void api.get("/api/me/alerts", { query: { limit: 20 } }).then(({ alerts }) => (past.value = alerts), () => undefined);
  }, [isOver, isConnected]);
  const told = missedOf(past.value, serviceNow());
  const { missed, calledOff } = words.value;
  if (told.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="missed-title" data-testid="missed-calls">
      <h2 id="missed-title">{missed.title}</h2>
      <ul class="list">
        {told.map(({ alert_id, rung_at, outcome, reason }) => (
          <li key={alert_id} data-testid="missed-call" data-outcome={outcome}>
            {missed.at(formatDateTime(rung_at), outcome === "missed" ? missed.noAnswer : (calledOff.reasons[reason ?? ""] ?? calledOff.other))}
          </li>
        ))}
      </ul>
      {told.some(({ outcome }) => outcome === "missed") && <p class="muted">{missed.advice}</p>}
    </section>
  );
}

/** The newest of those that ended without this person's answer, as long as they are worth telling. */
export function missedOf(past: readonly Past[], nowMs: number): Past[] {
  return past.filter(({ outcome, rung_at }) => (outcome === "missed" || outcome === "ended") && nowMs - Date.parse(rung_at) < TOLD_FOR_MS).slice(0, MOST);
}
