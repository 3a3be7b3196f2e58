// One AED: whether it can be used now, where it hangs, the way there in words, and a report in three taps.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { SymbolPicture } from "../map/index.ts";
import { Button } from "../shared/components.tsx";
import { formatDistance, formatDuration, formatFloor, lang } from "../shared/i18n.ts";
import { isWrittenOtherwise, readableHours } from "./hours.ts";
import { titleOf, UsableWord } from "./list.tsx";
import { chosenId, findWalk, type PublicAed, start, type Walk } from "./model.ts";
import { ReportDialog } from "./report.tsx";
import { words } from "./words.ts";

interface DetailProps {
  aed: PublicAed;
  onWalk: (walk: Walk | null) => void;
  startBar: ComponentChildren;
}

export function AedDetail({ aed, onWalk, startBar }: DetailProps) {
  const [isReporting, setReporting] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    return () => onWalk(null);
  }, []);
  return (
    <article class="aed-detail" data-testid="aed-detail" data-aed-id={aed.aed_id}>
      <Button kind="quiet" size="small" class="aed-back" onClick={() => (chosenId.value = null)}>
        ← {words.value.back}
      </Button>
      <div class="aed-detail-head">
        <SymbolPicture name={`aed_${aed.usable}`} size={48} />
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {titleOf(aed)}
          </h2>
          <UsableWord aed={aed} />
        </div>
      </div>
      <dl class="aed-facts">
        {aed.location_text !== "" && (
          <div>
            <dt>{words.value.place}</dt>
            <dd>{aed.location_text}</dd>
          </div>
        )}
        {aed.floor !== "" && (
          <div>
            <dt>{words.value.floor}</dt>
            <dd>{formatFloor(aed.floor, { labelled: true })}</dd>
          </div>
        )}
        <div>
          <dt>{words.value.hours}</dt>
          <dd>
            {aed.opening_hours === "" ? words.value.hoursNotKnown : readableHours(aed.opening_hours, lang.value)}
            {isWrittenOtherwise(aed) && <span class="muted as-written">{`${words.value.asWritten} ${aed.hours_as_written}`}</span>}
          </dd>
        </div>
      </dl>
      <WalkPart aed_id={aed.aed_id} onWalk={onWalk} startBar={startBar} />
      <Button wide data-testid="report" onClick={() => setReporting(true)}>
        {words.value.report}
      </Button>
      {isReporting && <ReportDialog aed_id={aed.aed_id} onClose={() => setReporting(false)} />}
    </article>
  );
}

function WalkPart({ aed_id, onWalk, startBar }: { aed_id: string } & Pick<DetailProps, "onWalk" | "startBar">) {
  const [walk, setWalk] = useState<Walk | "asking" | "failed" | null>(null);
  const from = start.value;
  useEffect(() => {
    if (from === null || from.how === "centre") return;
    const stop = new AbortController();
    setWalk("asking");
    onWalk(null);
    findWalk(from.place, aed_id, stop.signal)
      .then((found) => {
        setWalk(found);
        onWalk(found);
      })
      .catch(() => {
        if (!stop.signal.aborted) setWalk("failed");
      });
    return () => stop.abort();
  }, [aed_id, from]);
  return (
    <section aria-labelledby="walk-title" class="aed-walk">
      <h3 id="walk-title">{words.value.walk}</h3>
      {walk === null && <p>{words.value.walkNeedsStart}</p>}
      {startBar}
      <div aria-live="polite">
        {walk === "asking" && <p class="muted">{words.value.walking}</p>}
        {walk === "failed" && (
          <p class="note" data-kind="bad">
            {words.value.walkFailed}
          </p>
        )}
        {walk !== null && typeof walk === "object" && (
          <>
            <p class="walk-time">{words.value.walkTime(formatDuration(walk.walk_time_s), formatDistance(walk.length_m))}</p>
            {walk.straight_line && (
              <p class="note" data-kind="warn">
                {words.value.straightWay}
              </p>
            )}
            <ol class="walk-steps" data-testid="walk-steps">
              {(lang.value === "zh" ? walk.steps_zh : walk.steps_en).map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </>
        )}
      </div>
    </section>
  );
}
