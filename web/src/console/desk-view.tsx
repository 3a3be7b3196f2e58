// The desk: the line on top, the incidents, the map, the incident that is being looked at.
import { useEffect } from "preact/hooks";
import { polite, urgent } from "./announce.ts";
import * as desk from "./desk.ts";
import { focusOn } from "./focus.ts";
import { IncidentDetail } from "./incident-detail.tsx";
import { IncidentList } from "./incident-list.tsx";
import { onKey } from "./keys.ts";
import { StaleBanner } from "./link-states.tsx";
import { followSelection, stale } from "./live.ts";
import { MapPane } from "./map-pane.tsx";
import { SidePanel } from "./panels.tsx";
import { Questions } from "./questions.tsx";
import { unlock, unlocked } from "./sounds.ts";
import { t } from "./text.ts";
import { TopBar } from "./top-bar.tsx";

export function DeskView() {
  useEffect(() => followSelection(), []);
  const wanted = desk.openOnes.value.filter(({ attention }) => attention !== null).length;
  useEffect(() => {
    // Whoever works in another tab sees that somebody is needed here.
    document.title = wanted > 0 ? `⚠ ${wanted} · ${t.value.page_title}` : t.value.page_title;
  }, [wanted, t.value.page_title]);
  useEffect(() => {
    const press = (): void => void (unlocked.value || unlock());
    addEventListener("keydown", onKey);
    addEventListener("pointerdown", press);
    addEventListener("keydown", press);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("pointerdown", press);
      removeEventListener("keydown", press);
    };
  }, []);
  return (
    <div class="console" data-testid="console" data-ready={desk.ready.value} data-panel={desk.panel.value ?? undefined} data-stale={stale.value ? "" : undefined}>
      <SkipLink to="list" text={t.value.skip_to_list} />
      <SkipLink to="people" text={t.value.skip_to_people} />
      <TopBar />
      <StaleBanner />
      <main class="desk">
        <IncidentList />
        <div class="desk-middle">
          <SidePanel />
          <MapPane />
        </div>
        <IncidentDetail />
      </main>
      <Questions />
      <div class="visually-hidden" role="status" aria-live="polite">
        {polite.value}
      </div>
      <div class="visually-hidden" role="alert" aria-live="assertive">
        {urgent.value}
      </div>
    </div>
  );
}

function SkipLink({ to, text }: { to: "list" | "people"; text: string }) {
  return (
    <a
      class="skip-link"
      href={`#${to}-title`}
      onClick={(event) => {
        event.preventDefault();
        focusOn(to);
      }}
    >
      {text}
    </a>
  );
}
