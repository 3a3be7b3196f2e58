// The incidents, what needs a person first, each with its state and its clocks.
import { serviceNow, tick } from "../shared/clock.ts";
import { Button } from "../shared/components.tsx";
import { formatTime } from "../shared/i18n.ts";
import { whereOf } from "./announce.ts";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { clockText } from "./durations.ts";
import { countsOf, etaOf, firstComing, isLate, isOpen } from "./model.ts";
import { t } from "./text.ts";
import { attentionWord, statusWord } from "./words.ts";

export function IncidentList() {
  const list = desk.shown.value;
  const closed = desk.closedOnes.value.length;
  return (
    <section class="list-pane" aria-labelledby="list-title">
      <div class="pane-head">
        <h2 id="list-title" tabIndex={-1} data-focus="list">
          {t.value.incidents} <span class="muted">{t.value.open_incidents(desk.openOnes.value.length)}</span>
        </h2>
        {closed > 0 && (
          <Button kind="quiet" size="small" aria-pressed={desk.showClosed.value} onClick={() => (desk.showClosed.value = !desk.showClosed.value)}>
            {desk.showClosed.value ? t.value.hide_closed : `${t.value.show_closed} ${closed}`}
          </Button>
        )}
      </div>
      {desk.ready.value && list.length === 0 && (
        <div class="empty">
          <p>{t.value.no_incidents}</p>
          <p class="muted">{t.value.no_incidents_hint}</p>
        </div>
      )}
      <ul class="incident-list" data-testid="incident-list" aria-labelledby="list-title">
        {list.map((incident) => (
          <li key={incident.incident_id}>
            <Card incident={incident} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function toneOf(incident: IncidentView): string {
  if (incident.attention || incident.status === "nobody_available") return "attention";
  return isOpen(incident) ? incident.status : "closed";
}

function Card({ incident }: { incident: IncidentView }) {
  const id = incident.incident_id;
  const isSelected = desk.selectedId.value === id;
  const isFresh = desk.fresh.value.has(id);
  return (
    <button
      type="button"
      class="incident"
      data-testid="incident"
      data-incident-id={id}
      data-state={incident.status}
      data-tone={toneOf(incident)}
      data-selected={isSelected}
      data-fresh={isFresh ? "" : undefined}
      aria-current={isSelected ? "true" : undefined}
      onClick={() => desk.select(id)}
    >
      <span class="incident-top">
        <span class="incident-state">{incident.attention ? t.value.attention : statusWord(incident.status)}</span>
        <Since incident={incident} />
      </span>
      <span class="incident-where">{whereOf(incident)}</span>
      {incident.attention && <span class="incident-why">{attentionWord(incident.attention)}</span>}
      {isOpen(incident) && <Tally incident={incident} />}
    </button>
  );
}

function Since({ incident }: { incident: IncidentView }) {
  if (!isOpen(incident)) return <span class="incident-clock muted">{formatTime(incident.opened_at)}</span>;
  void tick.value;
  const sinceS = (serviceNow() - Date.parse(incident.opened_at)) / 1000;
  return (
    <span class="incident-clock" data-late={isLate(incident, sinceS) ? "" : undefined}>
      <span class="visually-hidden">{t.value.since_call} </span>
      {clockText(sinceS)}
    </span>
  );
}

function Tally({ incident }: { incident: IncidentView }) {
  void tick.value;
  const counts = countsOf(incident);
  const first = counts.there === 0 ? firstComing(incident) : null;
  const next = nextStep(incident, counts.ringing);
  return (
    <span class="tally">
      {counts.there > 0 && <Count kind="there" n={counts.there} word={t.value.tally_there} />}
      {counts.on_the_way > 0 && <Count kind="coming" n={counts.on_the_way} word={t.value.tally_coming} />}
      {counts.ringing > 0 && <Count kind="ringing" n={counts.ringing} word={t.value.tally_ringing} />}
      {counts.aed !== "none" && <span class="tally-part" data-kind={counts.aed === "there" ? "there" : "aed"}>AED {counts.aed === "there" ? "✓" : "→"}</span>}
      {first && <span class="tally-eta">{`${t.value.eta} ${clockText((etaOf(first) - serviceNow()) / 1000)}`}</span>}
      {!first && next && <span class="tally-eta">{next}</span>}
    </span>
  );
}

/** What time alone will change next, where it concerns the search. */
function nextStep(incident: IncidentView, ringing: number): string | null {
  const { next_deadline_at, next_search_at } = incident;
  if (!next_deadline_at) return null;
  const dueS = (Date.parse(next_deadline_at) - serviceNow()) / 1000;
  if (ringing > 0) return `${t.value.next_answer} ${clockText(dueS)}`;
  return next_search_at === next_deadline_at ? `${t.value.next_search} ${clockText(dueS)}` : null;
}

function Count({ kind, n, word }: { kind: string; n: number; word: string }) {
  return (
    <span class="tally-part" data-kind={kind}>
      <b>{n}</b> {word}
    </span>
  );
}
