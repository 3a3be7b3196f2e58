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
  } else if (!before && isOpen(after)) {
    soundNewCall();
    urgent.value = t.value.announce_new(where);
  } else if (before && before.status !== after.status) {
    if (after.status === "nobody_available") soundAttention();
    polite.value = t.value.announce_status(where, statusWord(after.status));
  }
  if (!before && isOpen(after)) welcomeNew(after.incident_id);
}

function welcomeNew(id: string): void {
  // Nobody is torn away from what they are working on.
  const idle = desk.selected.value === null || !isOpen(desk.selected.value);
  if (idle && desk.panel.value === null) desk.select(id);
  else desk.fresh.value = new Set([...desk.fresh.value, id]);
}
