// The four clocks a dispatcher works by: since the call, first hands, AED, ambulance.
import { serviceNow, tick } from "../shared/clock.ts";
import { formatDuration, formatTime } from "../shared/i18n.ts";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { clockText } from "./durations.ts";
import { countsOf, etaOf, firstComing, isLate, isOpen } from "./model.ts";
import { t } from "./text.ts";

interface Reading {
  text: string;
  tone: "plain" | "good" | "bad" | "quiet";
  under?: string;
}

export function Clocks({ incident }: { incident: IncidentView }) {
  void tick.value;
  const open = isOpen(incident);
  return (
    <dl class="clocks">
      <Clock name={open ? t.value.clock_call : t.value.clock_took} reading={sinceCall(incident)} />
      {open && <Clock name={t.value.clock_first} reading={firstHands(incident)} />}
      {open && <Clock name={t.value.clock_aed} reading={aed(incident)} />}
      {open && <Clock name={t.value.clock_ambulance} reading={ambulance(incident)} />}
    </dl>
  );
}

function Clock({ name, reading }: { name: string; reading: Reading }) {
  return (
    <div class="clock" data-tone={reading.tone}>
      <dt>{name}</dt>
      <dd>
        {reading.text}
        {reading.under && <span class="clock-under">{reading.under}</span>}
      </dd>
    </div>
  );
}

function sinceCall(incident: IncidentView): Reading {
  const opened = Date.parse(incident.opened_at);
  if (!isOpen(incident)) {
    const entries = desk.timeline.value?.incidentId === incident.incident_id ? desk.timeline.value.entries : [];
    const end = [...entries].reverse().find(({ type }) => type === "IncidentClosed");
    return end ? { text: formatDuration((Date.parse(end.at) - opened) / 1000), tone: "quiet" } : { text: "–", tone: "quiet" };
  }
  const since = (serviceNow() - opened) / 1000;
  return { text: clockText(since), tone: isLate(incident, since) ? "bad" : "plain" };
}

function until(at: number): Reading {
  const s = (at - serviceNow()) / 1000;
  const under = formatTime(new Date(at));
  return s >= 0 ? { text: clockText(s), tone: "plain", under } : { text: t.value.overdue(clockText(-s)), tone: "bad", under };
}

function firstHands(incident: IncidentView): Reading {
  if (countsOf(incident).there > 0) return { text: t.value.there, tone: "good" };
  const first = firstComing(incident);
  return first ? until(etaOf(first)) : { text: t.value.none_yet, tone: "bad" };
}

function aed(incident: IncidentView): Reading {
  if (countsOf(incident).aed === "there") return { text: t.value.there, tone: "good" };
  const first = firstComing(incident, "fetch_aed");
  return first ? until(etaOf(first)) : { text: t.value.none_yet, tone: "quiet" };
}

function ambulance(incident: IncidentView): Reading {
  if (incident.status === "ambulance_there") return { text: t.value.there, tone: "good" };
  return incident.ambulance_eta_at ? until(Date.parse(incident.ambulance_eta_at)) : { text: t.value.none_yet, tone: "quiet" };
}
