// The AEDs nearest to the start, those that can be used now first asked for.
import { SymbolPicture } from "../map/index.ts";
import { Button } from "../shared/components.tsx";
import { formatDistance, lang } from "../shared/i18n.ts";
import { readableHours } from "./hours.ts";
import { chosenId, find, finding, listed, nearest, onlyUsable, type PublicAed, showMore, shown } from "./model.ts";
import { words } from "./words.ts";

export function AedList() {
  const usable = nearest.value.filter(({ aed }) => aed.usable === "yes").length;
  const some = shown.value.slice(0, listed.value);
  return (
    <section aria-labelledby="aed-list-title" class="aed-list-part">
      <div class="aed-list-head">
        <h2 id="aed-list-title">{words.value.list}</h2>
        <label class="aed-filter">
          <input type="checkbox" checked={onlyUsable.value} onChange={(event) => (onlyUsable.value = event.currentTarget.checked)} />
          {words.value.onlyUsable}
        </label>
      </div>
      <p class="muted" role="status">
        {finding.value === "loading" && nearest.value.length === 0 && words.value.loading}
        {finding.value === "ready" && nearest.value.length === 0 && words.value.none}
        {nearest.value.length > 0 && (usable === 0 && onlyUsable.value ? words.value.noneUsable : words.value.count(usable))}
      </p>
      {finding.value === "failed" && (
        <div class="note" data-kind="bad" role="alert" data-testid="error">
          {words.value.failed}{" "}
          <Button size="small" onClick={() => void find()}>
            {words.value.again}
          </Button>
        </div>
      )}
      <ul class="aed-list" data-testid="aed-list">
        {some.map(({ aed, far_m }) => (
          <AedRow key={aed.aed_id} aed={aed} far_m={far_m} />
        ))}
      </ul>
      {shown.value.length > some.length && (
        <Button wide onClick={showMore}>
          {words.value.more}
        </Button>
      )}
    </section>
  );
}

function AedRow({ aed, far_m }: { aed: PublicAed; far_m: number }) {
  return (
    <li data-testid="aed" data-aed-id={aed.aed_id} data-usable={aed.usable}>
      <button type="button" class="aed-row" onClick={() => (chosenId.value = aed.aed_id)}>
        <SymbolPicture name={`aed_${aed.usable}`} size={34} />
        <span class="aed-row-words">
          <strong>{titleOf(aed)}</strong>
          <span class="muted">{[placeOf(aed), readableHours(aed.opening_hours, lang.value)].filter(Boolean).join(" · ")}</span>
          <UsableWord aed={aed} />
        </span>
        <span class="aed-row-far">{formatDistance(far_m)}</span>
      </button>
    </li>
  );
}

export function UsableWord({ aed }: { aed: PublicAed }) {
  const reasons: Readonly<Record<string, string>> = words.value.reasons;
  const why = aed.usable === "yes" ? [] : aed.reasons.map((code) => reasons[code]).filter((word) => word !== undefined);
  return (
    <span class="usable" data-usable={aed.usable}>
      {[words.value.usable[aed.usable], ...why].join(lang.value === "zh" ? "：" : ": ")}
    </span>
  );
}

export function titleOf({ name, location_text }: PublicAed): string {
  return name || location_text || words.value.unnamed;
}

/** What the title has not said yet. */
export function placeOf({ name, location_text }: PublicAed): string {
  return name === "" ? "" : location_text;
}
