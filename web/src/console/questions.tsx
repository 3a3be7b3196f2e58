// What cannot be undone is asked once more; and the two lists that open over everything.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Button, Dialog, Field } from "../shared/components.tsx";
import { formatDateTime, formatDistance } from "../shared/i18n.ts";
import type { CallOffReason, IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { metresBetween } from "./durations.ts";
import { KEYS, keysOn, setKeysOn } from "./keys.ts";
import { loadProblems } from "./live.ts";
import { nameOf, peopleOf } from "./model.ts";
import { SightWords } from "./place-fields.tsx";
import { useSight } from "./place-form.ts";
import { busy, callOff, refusal, setPlace, stopIncident } from "./take-over.ts";
import { t } from "./text.ts";
import { problemWord } from "./words.ts";

export function Questions() {
  const incident = desk.selected.value;
  const asked = desk.ask.value;
  return (
    <>
      {incident && asked?.kind === "stop" && <StopQuestion incident={incident} />}
      {incident && asked?.kind === "call-off" && <CallOffQuestion incident={incident} alertId={asked.alertId} />}
      {incident && asked?.kind === "place" && <PlaceQuestion incident={incident} place={asked} />}
      {desk.helpOpen.value && <Help />}
      {desk.problemsOpen.value && <Problems />}
    </>
  );
}

interface QuestionProps {
  title: string;
  yes: string;
  act: () => Promise<void>;
  /** Something has to be looked at before it can be answered. */
  waits?: boolean;
  children: ComponentChildren;
}

function Question({ title, yes, act, waits = false, children }: QuestionProps) {
  const fault = useSignal<string | null>(null);
  const close = (): void => {
    desk.ask.value = null;
  };
  const go = async (): Promise<void> => {
    fault.value = null;
    try {
      await act();
      close();
    } catch (error) {
      fault.value = refusal(error);
    }
  };
  const actions = (
    <>
      <Button onClick={close}>{t.value.back}</Button>
      <Button kind="primary" data-testid="confirm" disabled={busy.value || waits} onClick={() => void go()}>
        {yes}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={close} actions={actions}>
      {children}
      {fault.value && (
        <p class="note" data-kind="bad" role="alert" data-testid="error">
          {fault.value}
        </p>
      )}
    </Dialog>
  );
}

function StopQuestion({ incident }: { incident: IncidentView }) {
  const { coming, ringing } = peopleOf(incident);
  const count = coming.length + ringing.length;
  return (
    <Question title={t.value.confirm_stop_title} yes={t.value.confirm_stop_yes} act={() => stopIncident(incident.incident_id)}>
      <p>{count > 0 ? t.value.confirm_stop(count) : t.value.confirm_stop_nobody}</p>
    </Question>
  );
}

const CALL_OFF_REASONS: readonly CallOffReason[] = ["called_off", "not_needed", "not_suitable", "out_of_touch", "unsafe"];

function CallOffQuestion({ incident, alertId }: { incident: IncidentView; alertId: string }) {
  const alert = incident.alerts?.find(({ alert_id }) => alert_id === alertId);
  const who = alert ? nameOf(alert) : alertId;
  const why = useSignal<CallOffReason>("called_off");
  const act = (): Promise<void> => callOff(incident.incident_id, alertId, why.value);
  return (
    <Question title={t.value.confirm_call_off_title(who)} yes={t.value.confirm_call_off_yes} act={act}>
      <p>{t.value.confirm_call_off}</p>
      <Field label={t.value.call_off_why}>
        {(ids) => (
          <select {...ids} name="reason" value={why.value} onChange={(event) => (why.value = event.currentTarget.value as CallOffReason)}>
            {CALL_OFF_REASONS.map((reason) => (
              <option key={reason} value={reason}>
                {t.value[`why_${reason}`]}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Question>
  );
}

type AskedPlace = Extract<NonNullable<desk.Ask>, { kind: "place" }>;

function PlaceQuestion({ incident, place }: { incident: IncidentView; place: AskedPlace }) {
  const held = incident.location;
  const act = async (): Promise<void> => {
    await setPlace(incident.incident_id, { lon: place.lon, lat: place.lat, datum: place.datum });
    desk.panel.value = null;
    desk.picked.value = null;
  };
  const sight = useSight(place).value;
  const seen = sight.state === "seen" ? sight.place : null;
  const moved = held && seen ? formatDistance(metresBetween([held.lon, held.lat], [seen.lon, seen.lat])) : null;
  return (
    <Question title={held ? t.value.confirm_moved_title : t.value.confirm_set_title} yes={t.value.confirm_moved_yes} act={act} waits={seen === null}>
      <p>{moved ? t.value.confirm_moved(moved) : t.value.confirm_set}</p>
      <SightWords sight={sight} />
    </Question>
  );
}

function Help() {
  return (
    <Dialog title={t.value.keys_title} onClose={() => (desk.helpOpen.value = false)}>
      <p class="muted">{t.value.keys_lead}</p>
      <dl class="key-list">
        {KEYS.map(({ keys, word }) => (
          <div key={word}>
            <dt>
              <kbd>{keys[1]}</kbd>
            </dt>
            <dd>{t.value[word]}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t.value.key_escape}</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t.value.key_help}</dd>
        </div>
      </dl>
      <label class="check">
        <input type="checkbox" checked={keysOn.value} onChange={(event) => setKeysOn(event.currentTarget.checked)} />
        {t.value.keys_switch}
      </label>
    </Dialog>
  );
}

function Problems() {
  useEffect(() => void loadProblems(), []);
  const list = desk.problems.value;
  return (
    <Dialog title={t.value.problems_title} onClose={() => (desk.problemsOpen.value = false)}>
      <p class="muted">{list.length === 0 ? t.value.problems_none : t.value.problems_lead}</p>
      <ul class="problems" data-testid="problems">
        {list.map((problem) => (
          <li key={problem.problem_id}>
            <b>{problemWord(problem.kind)}</b> {desk.aedNames.value.get(problem.aed_id) ?? problem.aed_id}
            <p class="muted">{t.value.problem_at(formatDateTime(problem.reported_at))}</p>
            {problem.note && <p>{problem.note}</p>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
