// How to get at the AED in its cabinet: by which door, what opens it, whom to ring. Told only to who fetches it.
import type { AedAccessFrame } from "../../generated/stream.ts";
import { words } from "../words.ts";

export function AedAccess({ access }: { access: AedAccessFrame }) {
  const { going } = words.value;
  const phones = [
    [access.keeper_phone, going.ringKeeper],
    [access.deputy_phone, going.ringDeputy],
    [access.emergency_phone, going.ringSite],
  ] as const;
  return (
    <div class="aed-access" data-testid="aed-access">
      {access.entrance && (
        <p class="place-text">
          {going.entrance}: {access.entrance}
        </p>
      )}
      {access.code ? (
        <p class="aed-code">
          {going.cabinetCode} <strong data-testid="cabinet-code">{access.code}</strong>
        </p>
      ) : (
        lockWord(access.lock, going) && <p class="place-text">{lockWord(access.lock, going)}</p>
      )}
      {phones.map(
        ([phone, label]) =>
          phone && (
            <a key={label} class="button aed-phone" href={`tel:${phone}`}>
              {label} <span class="muted">{phone}</span>
            </a>
          ),
      )}
    </div>
  );
}

function lockWord(lock: string | null, going: typeof words.value.going): string | null {
  if (lock === "keeper") return going.lockedByKeeper;
  return lock === "yes" || lock === "code" ? going.locked : null;
}
