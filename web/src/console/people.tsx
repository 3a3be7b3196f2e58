// Who is on the way, who is ringing and who is not coming: the heart of the console.
import { serviceNow, tick } from "../shared/clock.ts";
import { Button } from "../shared/components.tsx";
import { formatDuration, formatTime } from "../shared/i18n.ts";
import { SymbolPicture } from "../map/index.ts";
import type { AlertView, IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { clockText } from "./durations.ts";
import { live } from "./live.ts";
import { etaOf, isOpen, nameOf, peopleOf } from "./model.ts";
import { OLD_POSITION_S } from "./map-content.ts";
import { t } from "./text.ts";
import { alertWord } from "./words.ts";

export function People({ incident }: { incident: IncidentView }) {
  const { coming, ringing, over } = peopleOf(incident);
  const none = coming.length + ringing.length + over.length === 0;
  return (
    <section class="people" aria-labelledby="people-title">
      <h3 id="people-title" tabIndex={-1} data-focus="people">
        {t.value.people}
      </h3>
      {none && <p class="muted">{t.value.nobody_rung}</p>}
      <div data-testid="responders">
        <Group title={t.value.people_on_the_way} alerts={coming} incident={incident} />
        <Group title={t.value.people_ringing} alerts={ringing} incident={incident} />
        {over.length > 0 && (
          <details class="people-over">
            <summary>{t.value.people_over(over.length)}</summary>
            <Group title="" alerts={over} incident={incident} />
          </details>
        )}
      </div>
    </section>
  );
}

function Group({ title, alerts, incident }: { title: string; alerts: AlertView[]; incident: IncidentView }) {
  if (alerts.length === 0) return null;
  return (
    <>
      {title && (
        <h4 class="people-group">
          {title} <span>{alerts.length}</span>
        </h4>
      )}
      <ul class="responders" aria-label={title || undefined}>
        {alerts.map((alert) => (
          <Responder key={alert.alert_id} alert={alert} incident={incident} />
        ))}
      </ul>
    </>
  );
}

const HELD = new Set(["ringing", "accepted", "arrived"]);

function Responder({ alert, incident }: { alert: AlertView; incident: IncidentView }) {
  const held = HELD.has(alert.state) && isOpen(incident);
  const role = alert.role === "fetch_aed" ? "fetch_aed" : "direct";
  return (
    <li
      class="responder"
      data-testid="responder"
      data-alert-id={alert.alert_id}
      data-rescuer-id={alert.rescuer_id}
      data-status={alert.state}
      data-role={alert.role}
    >
      <span class="responder-sign">
        <SymbolPicture name={signOf(alert.state, role)} size={26} />
      </span>
      <span class="responder-main">
        <span class="responder-name">
          <b>{nameOf(alert)}</b> <span class="role-word">{role === "fetch_aed" ? t.value.role_fetch_aed : t.value.role_direct}</span>
          <span class="state-word" data-status={alert.state}>
            {alertWord(alert.state)}
          </span>
        </span>
        <About alert={alert} held={held} />
      </span>
      <When alert={alert} />
      {held && (
        <Button
          size="small"
          kind="quiet"
          class="call-off"
          data-testid="call-off"
          aria-label={t.value.call_off_name(nameOf(alert))}
          onClick={() => (desk.ask.value = { kind: "call-off", alertId: alert.alert_id })}
        >
          {t.value.call_off}
        </Button>
      )}
    </li>
  );
}

function signOf(state: string, role: "direct" | "fetch_aed") {
  if (state === "arrived" || state === "done") return "arrived";
  if (state === "accepted") return role;
  return role === "fetch_aed" ? "alerted_fetch" : "alerted";
}

function About({ alert, held }: { alert: AlertView; held: boolean }) {
  void tick.value;
  const parts: string[] = [];
  if (alert.aed_id) {
    parts.push(alert.carries_aed ? t.value.carries_aed : t.value.aed_at(desk.aedNames.value.get(alert.aed_id) ?? alert.aed_id));
  }
  if (held && alert.state === "accepted") parts.push(positionWord(alert));
  if (alert.state === "ringing") parts.push(alert.seen_at ? t.value.seen : alert.delivered_at ? t.value.delivered : t.value.not_delivered);
  if (alert.by_hand) parts.push(t.value.by_hand);
  if (held && alert.phone) parts.push(t.value.call_phone(alert.phone));
  if (alert.straight_line) parts.push(t.value.straight);
  return (
    <span class="responder-about">
      {parts.filter(Boolean).map((part) => (
        <span key={part}>{part}</span>
      ))}
    </span>
  );
}

function positionWord(alert: AlertView): string {
  const position = desk.positions.get(alert.alert_id);
  if (!position) return t.value.no_position;
  const ageS = (serviceNow() - position.at) / 1000;
  return ageS > OLD_POSITION_S || !live.value ? t.value.position_age(formatDuration(ageS)) : "";
}

function When({ alert }: { alert: AlertView }) {
  void tick.value;
  if (alert.state === "accepted") {
    const leftS = (etaOf(alert) - serviceNow()) / 1000;
    return (
      <span class="responder-when" data-late={leftS < 0 ? "" : undefined}>
        <b>{leftS >= 0 ? clockText(leftS) : t.value.eta_passed}</b>
        <small>{`${t.value.eta} ${formatTime(new Date(etaOf(alert)))}`}</small>
      </span>
    );
  }
  if (alert.state === "ringing") {
    const leftS = alert.answer_by ? (Date.parse(alert.answer_by) - serviceNow()) / 1000 : null;
    return (
      <span class="responder-when" data-quiet="">
        <span>{formatDuration(alert.walk_time_s)}</span>
        {leftS !== null && leftS >= 0 && <small>{t.value.answer_in(clockText(leftS))}</small>}
      </span>
    );
  }
  return <span class="responder-when" data-quiet="" />;
}
