// Compressions by the beat, and what to do with the AED, one line at a time.
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/components.tsx";
import { keepAwake } from "../alarm.ts";
import { call } from "../mission.ts";
import { beat, beating, BPM, startMetronome, stopMetronome } from "../metronome.ts";
import { words } from "../words.ts";
import { Page } from "./parts.tsx";

export function CprGuide() {
  const { cpr } = words.value;
  useEffect(() => stopMetronome, []);
  const toggle = () => {
    if (beating.value) {
      stopMetronome();
      keepAwake.value = call.value !== null;
    } else {
      keepAwake.value = true;
      void startMetronome();
    }
  };
  return (
    <>
      <section class="card metronome" data-beating={beating.value ? "" : undefined}>
        <div class="beat-face" data-odd={beat.value % 2 === 1 ? "" : undefined} aria-hidden="true">
          <span class="beat-count">{beating.value ? beat.value || "·" : BPM}</span>
          <span class="beat-unit">{beating.value ? cpr.round(30).replace("30 /", "/") : "/ min"}</span>
        </div>
        <Button kind={beating.value ? "plain" : "primary"} size="big" wide data-testid="metronome" data-bpm={BPM} aria-pressed={beating.value} onClick={toggle}>
          {beating.value ? cpr.stop : cpr.start}
        </Button>
      </section>
      <section class="card stack">
        <h2>{cpr.title}</h2>
        <ol class="steps">
          {cpr.steps.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      </section>
      <section class="card stack">
        <h2>{cpr.aedTitle}</h2>
        <ol class="steps" data-testid="aed-steps">
          {cpr.aedSteps.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      </section>
    </>
  );
}

export function CprScreen() {
  return (
    <Page title={words.value.cpr.title}>
      <CprGuide />
    </Page>
  );
}
