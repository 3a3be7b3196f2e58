// A problem with an AED in three taps: report, which, send. Nothing is kept about who tells.
import { useState } from "preact/hooks";
import { Button, Dialog, Field } from "../shared/components.tsx";
import { wordingOf } from "../shared/errors.ts";
import { PROBLEM_KINDS, type ProblemKind, reportProblem } from "./model.ts";
import { words } from "./words.ts";

const LONGEST_NOTE = 300;

export function ReportDialog({ aed_id, onClose }: { aed_id: string; onClose: () => void }) {
  const [kind, setKind] = useState<ProblemKind | null>(null);
  const [note, setNote] = useState("");
  const [state, setState] = useState<"asking" | "sending" | "sent">("asking");
  const [fault, setFault] = useState<string | null>(null);

  async function send(): Promise<void> {
    if (kind === null) return;
    setState("sending");
    setFault(null);
    try {
      await reportProblem(aed_id, kind, note);
      setState("sent");
    } catch (error) {
      setState("asking");
      setFault(wordingOf(error));
    }
  }

  if (state === "sent") {
    return (
      <Dialog title={words.value.report} onClose={onClose} actions={<Button kind="primary" onClick={onClose}>{words.value.done}</Button>}>
        <p class="note" data-kind="good" role="status" data-testid="report-thanks">
          {words.value.thanks}
        </p>
      </Dialog>
    );
  }
  const actions = (
    <>
      <Button onClick={onClose}>{words.value.cancel}</Button>
      <Button kind="primary" data-testid="report-send" disabled={kind === null || state === "sending"} onClick={() => void send()}>
        {state === "sending" ? words.value.sending : words.value.send}
      </Button>
    </>
  );
  return (
    <Dialog title={words.value.reportTitle} onClose={onClose} actions={actions}>
      <div class="report-kinds" role="group" aria-label={words.value.reportTitle}>
        {PROBLEM_KINDS.map((one) => (
          <Button key={one} data-testid={`report-kind-${one}`} aria-pressed={kind === one} class="report-kind" onClick={() => setKind(one)}>
            {words.value.kinds[one]}
          </Button>
        ))}
      </div>
      {kind !== null && (
        <Field label={words.value.note} hint={words.value.noteHint}>
          {(ids) => <textarea {...ids} rows={2} maxLength={LONGEST_NOTE} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
        </Field>
      )}
      {fault !== null && (
        <p class="note" data-kind="bad" role="alert" data-testid="error">
          {fault}
        </p>
      )}
    </Dialog>
  );
}
