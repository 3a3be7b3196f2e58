// What has happened, newest first, with the reason why each person was rung.
import { formatTime } from "../shared/i18n.ts";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { nameOf } from "./model.ts";
import { tellTimeline } from "./tell.ts";
import { t } from "./text.ts";

export function Timeline({ incident }: { incident: IncidentView }) {
  const held = desk.timeline.value;
  const entries = held?.incidentId === incident.incident_id ? held.entries : [];
  const names = new Map((incident.alerts ?? []).map((alert) => [alert.alert_id, nameOf(alert)]));
  const told = tellTimeline(entries, {
    who: (alertId, rescuerId) => names.get(alertId) ?? rescuerId ?? alertId,
    aed: (aedId) => desk.aedNames.value.get(aedId) ?? aedId,
  }).reverse();
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h3 id="timeline-title" tabIndex={-1} data-focus="timeline">
        {t.value.timeline}
      </h3>
      {told.length === 0 && <p class="muted">{t.value.timeline_empty}</p>}
      <ol data-testid="timeline" reversed aria-labelledby="timeline-title">
        {told.map(({ seq, at, kind, tone, text, why }) => (
          <li key={seq} class="timeline-entry" data-testid="timeline-entry" data-kind={kind} data-tone={tone}>
            <time dateTime={at.toISOString()}>{formatTime(at, true)}</time>
            <span class="timeline-dot" aria-hidden="true" />
            <span class="timeline-text">
              {text}
              {why && <span class="timeline-why">{why}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
