// What the console says aloud, to ears and to screen readers: a new call, a need for attention, a change of state.
import { signal } from "@preact/signals";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { isOpen } from "./model.ts";
import { soundAttention, soundNewCall } from "./sounds.ts";
import { t } from "./text.ts";
import { attentionWord, statusWord } from "./words.ts";

export const polite = signal("");
export const urgent = signal("");

export const whereOf = (incident: IncidentView): string =>
  incident.location?.address || incident.cad_ref || t.value.no_address;

export function announceChange(before: IncidentView | null, after: IncidentView): void {
  const where = whereOf(after);
  if (after.attention && after.attention !== before?.attention) {
    soundAttention();
    urgent.value = t.value.announce_attention(where, attentionWord(after.attention));
    if (desk.selectedId.value !== after.incident_id) markFresh(after.incident_id);
  } else if (!before && isOpen(after)) {
    soundNewCall();
    urgent.value = t.value.announce_new(where);
  } else if (before && before.status !== after.status) {
    if (after.status === "nobody_available") soundAttention();
    polite.value = t.value.announce_status(where, statusWord(after.status));
  }
  if (!before && isOpen(after)) welcomeNew(after.incident_id);
  if (before && isOpen(before) && !isOpen(after)) leaveSoon(after.incident_id);
}

const LEAVE_AFTER_MS = 8_000;

/** An incident that is over makes room for one that is not, unless the dispatcher came to look at it. */
function leaveSoon(id: string): void {
  setTimeout(() => {
    const next = desk.openOnes.value[0];
    const idle = desk.selectedId.value === id && !desk.chosenByHand && desk.panel.value === null && desk.ask.value === null;
    if (idle && next) desk.select(next.incident_id, false);
  }, LEAVE_AFTER_MS);
}

function welcomeNew(id: string): void {
  // Nobody is torn away from what they are working on.
  const idle = desk.selected.value === null || !isOpen(desk.selected.value);
  if (idle && desk.panel.value === null) desk.select(id, false);
  else markFresh(id);
}

function markFresh(id: string): void {
  desk.fresh.value = new Set([...desk.fresh.value, id]);
}

/** What needs a person and has not been looked at is sounded again and again. */
export function remind(): void {
  const unseen = [...desk.fresh.value].map((id) => desk.incidents.value.get(id));
  if (unseen.some((one) => one?.attention)) soundAttention();
}
