// Who else could be sent, best first; one press rings them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button, toast } from "../shared/components.tsx";
import { ApiError } from "../shared/errors.ts";
import { formatDuration } from "../shared/i18n.ts";
import type { Candidate } from "./contract.ts";
import * as desk from "./desk.ts";
import { alertWord } from "./words.ts";
import { type Addition, addPerson, busy, FORCIBLE, loadCandidates, refusal } from "./take-over.ts";
import { t } from "./text.ts";

interface Doubt {
  addition: Addition;
  who: string;
  why: string;
}

export function CandidateList({ incidentId }: { incidentId: string }) {
  const list = useSignal<Candidate[] | null>(null);
  const fault = useSignal<string | null>(null);
  const doubt = useSignal<Doubt | null>(null);
  const load = async (): Promise<void> => {
    fault.value = null;
    list.value = await loadCandidates(incidentId).catch((error: unknown) => {
      fault.value = refusal(error);
      return null;
    });
  };
  useEffect(() => void load(), [incidentId]);
  const add = async (addition: Addition, who: string): Promise<void> => {
    fault.value = null;
    doubt.value = null;
    try {
      await addPerson(incidentId, addition);
      toast(t.value.added(who));
      list.value = (list.value ?? []).filter(({ rescuer_id }) => rescuer_id !== addition.rescuer_id);
    } catch (error) {
      const why = refusal(error);
      const forcible = error instanceof ApiError && FORCIBLE.has(error.code) && !addition.force;
      if (forcible) doubt.value = { addition, who, why };
      else fault.value = why;
    }
  };
  return (
    <>
      {fault.value && (
        <p class="note" data-kind="bad" role="alert" data-testid="error">
          {fault.value}
        </p>
      )}
      {doubt.value && <DoubtNote doubt={doubt.value} onForce={() => doubt.value && void add({ ...doubt.value.addition, force: true }, doubt.value.who)} />}
      <div aria-live="polite">
        {list.value === null && fault.value === null && <p class="muted">{t.value.candidates_loading}</p>}
        {list.value?.length === 0 && <p class="muted">{t.value.candidates_none}</p>}
      </div>
      <ul class="candidates" data-testid="candidates">
        {(list.value ?? []).map((candidate) => (
          <Row key={candidate.rescuer_id} candidate={candidate} onAdd={(addition) => void add(addition, candidate.rescuer_id)} />
        ))}
      </ul>
    </>
  );
}

function DoubtNote({ doubt, onForce }: { doubt: Doubt; onForce: () => void }) {
  return (
    <div class="note" data-kind="warn" role="alert">
      <p>
        <strong>{`${t.value.force_title}（${doubt.who}）`}</strong>
      </p>
      <p>{doubt.why}</p>
      <Button size="small" data-testid="candidate-force" onClick={onForce}>
        {t.value.force_yes}
      </Button>
    </div>
  );
}

function Row({ candidate, onAdd }: { candidate: Candidate; onAdd: (addition: Addition) => void }) {
  const { rescuer_id: who, aed_id, walk_time_s, to_aed_s, fetch_time_s, before } = candidate;
  const rescuer_id = who;
  const direct: Addition = { rescuer_id, role: "direct" };
  const fetch: Addition = { rescuer_id, role: "fetch_aed", aed_id };
  return (
    <li class="candidate" data-testid="candidate" data-rescuer-id={rescuer_id}>
      <div>
        <b>{who}</b>
        <p class="candidate-times">
          {walk_time_s !== null && <span>{t.value.candidate_direct_time(formatDuration(walk_time_s))}</span>}
          {aed_id && fetch_time_s !== null && <span>{t.value.candidate_fetch_time(formatDuration(fetch_time_s))}</span>}
          {aed_id && to_aed_s !== null && (
            <span class="muted">{`${desk.aedNames.value.get(aed_id) ?? aed_id} · ${t.value.candidate_to_aed(formatDuration(to_aed_s))}`}</span>
          )}
          {before && <span class="muted">{t.value.candidate_before(alertWord(before))}</span>}
          {candidate.straight_line && <span class="muted">{t.value.straight}</span>}
        </p>
      </div>
      <div class="candidate-buttons">
        <Button size="small" data-testid="candidate-add" aria-label={t.value.add_direct(who)} disabled={busy.value} onClick={() => onAdd(direct)}>
          {t.value.candidate_direct}
        </Button>
        {aed_id && (
          <Button size="small" data-testid="candidate-add-aed" aria-label={t.value.add_fetch(who)} disabled={busy.value} onClick={() => onAdd(fetch)}>
            {t.value.candidate_fetch}
          </Button>
        )}
      </div>
    </li>
  );
}
