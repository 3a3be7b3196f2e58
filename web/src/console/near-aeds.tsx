// The AEDs near the patient in words, and the one that was clicked on the map: what a dispatcher reads to a caller.
import { Button } from "../shared/components.tsx";
import { formatDistance, formatFloor } from "../shared/i18n.ts";
import { SymbolPicture } from "../map/index.ts";
import type { ConsoleAed, Place } from "./contract.ts";
import * as desk from "./desk.ts";
import { metresBetween } from "./durations.ts";
import { t } from "./text.ts";
import { usableWord } from "./words.ts";

const MOST = 8;

export function NearAeds({ place }: { place: Place }) {
  const far = (aed: ConsoleAed): number => metresBetween([place.lon, place.lat], [aed.lon, aed.lat]);
  const near = [...desk.nearAeds.value].sort((a, b) => far(a) - far(b)).slice(0, MOST);
  if (near.length === 0) return null;
  const usable = near.filter(({ usable: now, reserved_by }) => now === "yes" && !reserved_by).length;
  return (
    <details class="near-aeds">
      <summary>{t.value.near_aeds(usable, near.length)}</summary>
      <ul>
        {near.map((aed) => (
          <li key={aed.aed_id} data-testid="near-aed" data-usable={aed.usable}>
            <Sign aed={aed} />
            <AedWords aed={aed} />
            <span class="near-aed-far">{formatDistance(far(aed))}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Sign({ aed }: { aed: ConsoleAed }) {
  return <SymbolPicture name={aed.reserved_by ? "aed_reserved" : `aed_${aed.usable}`} size={22} />;
}

function AedWords({ aed }: { aed: ConsoleAed }) {
  const where = [aed.location_text, aed.floor && formatFloor(aed.floor)].filter(Boolean).join(" · ");
  const state = aed.reserved_by ? usableWord("reserved") : aed.usable === "yes" ? t.value.aed_usable : aed.reasons.map(usableWord).join(", ");
  return (
    <span class="near-aed-words">
      <b>{aed.name || aed.aed_id}</b>
      {where && <span>{where}</span>}
      <span class="muted">{[state, aed.opening_hours, aed.hours_as_written !== aed.opening_hours && aed.hours_as_written].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

/** The AED that was clicked on the map. */
export function ChosenAed() {
  const id = desk.chosenAed.value;
  const aed = id ? desk.aeds.value.find(({ aed_id }) => aed_id === id) : undefined;
  if (!aed) return null;
  return (
    <aside class="chosen-aed" aria-live="polite">
      <Sign aed={aed} />
      <AedWords aed={aed} />
      <Button size="small" kind="quiet" aria-label={t.value.close} onClick={() => (desk.chosenAed.value = null)}>
        ✕
      </Button>
    </aside>
  );
}
