// The forms that stand beside the map while it stays usable: a new call, the patient's place, who can be added.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button, Field } from "../shared/components.tsx";
import { CandidateList } from "./candidates.tsx";
import * as desk from "./desk.ts";
import { isOpen } from "./model.ts";
import { PlaceFields } from "./place-fields.tsx";
import { usePlaceForm } from "./place-form.ts";
import { busy, createCall, refusal } from "./take-over.ts";
import { t } from "./text.ts";

export function SidePanel() {
  const incident = desk.selected.value;
  switch (desk.panel.value) {
    case "new-call":
      return <NewCallPanel />;
    case "place":
      return incident && isOpen(incident) ? <PlacePanel key={incident.incident_id} /> : null;
    case "candidates":
      return incident && isOpen(incident) ? <CandidatesPanel key={incident.incident_id} /> : null;
    default:
      return null;
  }
}

/** Not modal: the map beside it takes clicks. The keyboard enters it when it opens and may leave it. */
function Panel({ title, testid, children }: { title: string; testid: string; children: ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const first = element.current?.querySelector<HTMLElement>("[data-first]") ?? element.current;
    first?.focus();
  }, []);
  return (
    <div ref={element} class="panel" role="dialog" aria-modal="false" aria-label={title} tabIndex={-1} data-testid={testid}>
      <div class="panel-head">
        <h2>{title}</h2>
        <Button kind="quiet" size="small" onClick={() => (desk.panel.value = null)}>
          {t.value.close} <kbd aria-hidden="true">Esc</kbd>
        </Button>
      </div>
      {children}
    </div>
  );
}

function Fault({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p class="note" data-kind="bad" role="alert" data-testid="error">
      {text}
    </p>
  );
}

function NewCallPanel() {
  const place = usePlaceForm();
  const address = useSignal("");
  const floor = useSignal("");
  const note = useSignal("");
  const phone = useSignal("");
  const fault = useSignal<string | null>(null);
  // The same one sent again, after an answer that was lost, opens no second incident.
  const requestId = useRef(crypto.randomUUID?.() ?? String(Math.random()));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const location = place.read();
    if (!location || busy.value) return;
    fault.value = null;
    const call = {
      request_id: requestId.current,
      location: { ...location, address: "", floor: "", note: "" },
      address: address.value.trim(),
      floor: floor.value.trim(),
      note: note.value.trim(),
      caller_phone: phone.value.trim(),
    };
    await createCall(call).catch((error: unknown) => (fault.value = refusal(error)));
  };
  const line = (label: string, name: string, field: typeof address, max: number) => (
    <Field label={`${label} · ${t.value.optional}`}>
      {(ids) => (
        <input {...ids} name={name} maxLength={max} autoComplete="off" value={field.value} onInput={(event) => (field.value = event.currentTarget.value)} />
      )}
    </Field>
  );
  return (
    <Panel title={t.value.new_call} testid="new-call-dialog">
      <form class="panel-form" noValidate onSubmit={(event) => void submit(event)}>
        <p class="muted">{t.value.new_call_lead}</p>
        <PlaceFields form={place} first />
        {line(t.value.address, "address", address, 500)}
        {line(t.value.floor, "floor", floor, 50)}
        {line(t.value.note, "note", note, 1000)}
        {line(t.value.caller_phone, "caller_phone", phone, 40)}
        <Fault text={fault.value} />
        <Button type="submit" kind="primary" wide data-testid="new-call-submit" disabled={busy.value || place.sight.value.state === "asking"}>
          {busy.value ? t.value.creating : t.value.create_call}
        </Button>
      </form>
    </Panel>
  );
}

function PlacePanel() {
  const held = desk.selected.value?.location ?? null;
  const place = usePlaceForm(held);
  const submit = (event: Event): void => {
    event.preventDefault();
    const location = place.read();
    if (location) desk.ask.value = { kind: "place", ...location };
  };
  return (
    <Panel title={held ? t.value.moved_patient : t.value.set_location} testid="move-patient-panel">
      <form class="panel-form" noValidate onSubmit={submit}>
        {held && <p class="muted">{t.value.drag_hint}</p>}
        <PlaceFields form={place} first />
        <Button type="submit" kind="primary" wide data-testid="move-patient-submit" disabled={place.sight.value.state === "asking"}>
          {t.value.confirm_moved_yes}
        </Button>
      </form>
    </Panel>
  );
}

function CandidatesPanel() {
  return (
    <Panel title={t.value.candidates} testid="candidates-panel">
      <CandidateList incidentId={desk.selectedId.value ?? ""} />
    </Panel>
  );
}
