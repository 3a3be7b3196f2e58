// One incident: where it is, its clocks, who comes, and what a dispatcher may do about it.
import { Button, toast } from "../shared/components.tsx";
import { formatDateTime, formatDistance, formatFloor, formatTime } from "../shared/i18n.ts";
import { whereOf } from "./announce.ts";
import { Clocks } from "./clocks.tsx";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { isOpen } from "./model.ts";
import { NearAeds } from "./near-aeds.tsx";
import { People } from "./people.tsx";
import { busy, joinTo, refusal, tellApart } from "./take-over.ts";
import { t } from "./text.ts";
import { Timeline } from "./timeline.tsx";
import { attentionWord, statusWord } from "./words.ts";

export function IncidentDetail() {
  const incident = desk.selected.value;
  if (!incident) {
    return (
      <section class="detail-pane" aria-label={t.value.people}>
        <p class="empty muted">{t.value.select_hint}</p>
      </section>
    );
  }
  return (
    <section class="detail-pane" data-testid="incident-detail" data-incident-id={incident.incident_id} aria-labelledby="detail-title">
      <Head incident={incident} />
      {incident.attention && <Attention incident={incident} />}
      <Clocks incident={incident} />
      {isOpen(incident) && <Actions incident={incident} />}
      <People incident={incident} />
      {isOpen(incident) && incident.location && <NearAeds place={incident.location} />}
      <Timeline incident={incident} />
    </section>
  );
}

function Head({ incident }: { incident: IncidentView }) {
  const place = incident.location;
  return (
    <div class="detail-head">
      <p class="detail-line">
        <span class="state-pill" data-state={incident.status}>
          {statusWord(incident.status)}
        </span>
        <span class="muted">{incident.cad_ref ? `${t.value.cad_ref} ${incident.cad_ref}` : t.value.unsaved_ref}</span>
        <span class="muted">{formatDateTime(incident.opened_at)}</span>
      </p>
      <h2 id="detail-title" tabIndex={-1}>
        {place ? place.address || whereOf(incident) : incident.erased_at ? t.value.erased : t.value.no_location}
      </h2>
      <dl class="facts">
        {place?.floor && <Fact name={t.value.floor} value={formatFloor(place.floor, { labelled: true })} />}
        {place?.note && <Fact name={t.value.note} value={place.note} />}
        {incident.caller_phone && <Fact name={t.value.caller_phone} value={incident.caller_phone} />}
        {Object.entries<string>(incident.more ?? {}).map(([name, said]) => (
          <Fact key={name} name={name} value={said} />
        ))}
        {place && <Fact name={t.value.coordinates} value={coordinates(place)} />}
      </dl>
    </div>
  );
}

function coordinates(place: NonNullable<IncidentView["location"]>): string {
  const accuracy = place.accuracy_m ? ` · ${t.value.accuracy(Math.round(place.accuracy_m))}` : "";
  return `${place.lon.toFixed(5)}, ${place.lat.toFixed(5)} WGS-84${accuracy}`;
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const ADD_BY_HAND = new Set(["matching_failed"]);

function Attention({ incident }: { incident: IncidentView }) {
  const code = incident.attention ?? "";
  const adds = ADD_BY_HAND.has(code);
  return (
    <div class="note attention-note" data-kind="bad">
      <p>
        <strong>{t.value.attention}</strong> {attentionWord(code)}
      </p>
      {incident.attention_detail && <p class="attention-detail">{incident.attention_detail}</p>}
      {isOpen(incident) && incident.beside && <Beside incident={incident} beside={incident.beside} />}
      {isOpen(incident) && !incident.beside && (
        <Button size="small" kind="primary" onClick={() => (desk.panel.value = adds ? "candidates" : "place")}>
          {adds ? t.value.add_person : t.value.set_location}
        </Button>
      )}
    </div>
  );
}

type BesideView = NonNullable<IncidentView["beside"]>;

/** Two calls that may have one patient: join them, or ring for this one too. */
function Beside({ incident, beside }: { incident: IncidentView; beside: BesideView }) {
  const other = desk.incidents.value.get(beside.incident_id);
  const act = (work: () => Promise<void>): void => void work().catch((error: unknown) => toast(refusal(error), "bad"));
  return (
    <>
      <p>
        {t.value.beside(formatDistance(beside.distance_m))}{" "}
        <Button kind="quiet" size="small" onClick={() => desk.select(beside.incident_id)}>
          {other ? whereOf(other) : t.value.beside_other}
        </Button>
        {beside.put_off_until && ` ${t.value.beside_put_off(formatTime(beside.put_off_until, true))}`}
      </p>
      <div class="actions" role="group" aria-label={t.value.take_over}>
        <Button
          size="small"
          kind="primary"
          data-testid="join"
          disabled={busy.value}
          onClick={() => act(() => joinTo(incident.incident_id, beside.incident_id))}
        >
          {t.value.join}
        </Button>
        <Button
          size="small"
          data-testid="another-patient"
          disabled={busy.value}
          onClick={() => act(() => tellApart(incident.incident_id))}
        >
          {t.value.another_patient}
        </Button>
      </div>
    </>
  );
}

function Actions({ incident }: { incident: IncidentView }) {
  const located = incident.location !== null;
  return (
    <div class="actions" role="group" aria-label={t.value.take_over}>
      <Button
        size="small"
        data-testid="add-responder"
        data-focus="actions"
        aria-keyshortcuts="A"
        disabled={!located}
        onClick={() => (desk.panel.value = "candidates")}
      >
        {t.value.add_person} <kbd aria-hidden="true">A</kbd>
      </Button>
      <Button size="small" data-testid="move-patient" aria-keyshortcuts="M" onClick={() => (desk.panel.value = "place")}>
        {located ? t.value.moved_patient : t.value.set_location} <kbd aria-hidden="true">M</kbd>
      </Button>
      <Button size="small" class="stop-button" data-testid="stand-down" aria-keyshortcuts="X" onClick={() => (desk.ask.value = { kind: "stop" })}>
        {t.value.stop} <kbd aria-hidden="true">X</kbd>
      </Button>
    </div>
  );
}
