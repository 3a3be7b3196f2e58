// Which screen is shown: a call comes before everything else.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { Toasts } from "../../shared/components.tsx";
import { invitation, me, router, testRinging } from "../app.ts";
import { call, sessionState } from "../mission.ts";
import { AlarmScreen, DecliningScreen } from "./Alarm.tsx";
import { CalledOffScreen } from "./CalledOff.tsx";
import { CprScreen } from "./Cpr.tsx";
import { GoingScreen } from "./Going.tsx";
import { HomeScreen } from "./Home.tsx";
import { ConsentScreen, WelcomeScreen } from "./Join.tsx";
import { LegalScreen } from "./Legal.tsx";
import { ReportScreen } from "./Report.tsx";
import { SettingsScreen } from "./Settings.tsx";
import { TestScreen } from "./TestAlarm.tsx";

const SCREENS = {
  alarm: AlarmScreen,
  declining: DecliningScreen,
  "called-off": CalledOffScreen,
  assignment: GoingScreen,
  test: TestScreen,
  consent: ConsentScreen,
  welcome: WelcomeScreen,
  home: HomeScreen,
  legal: LegalScreen,
  report: ReportScreen,
  report_kind: ReportScreen,
  cpr: CprScreen,
  settings: SettingsScreen,
};
type View = keyof typeof SCREENS;

/** A second tap of a double one comes within this; it must not fall on what has just come under the finger. */
const SETTLES_MS = 400;

function view(): View {
  const stage = call.value?.stage;
  const place = router.place.value;
  const page = place === "call" || place === "test" || place === "consent" ? "home" : place;
  if (stage === "ringing") return "alarm";
  if (stage === "declining") return "declining";
  if (stage === "called_off") return "called-off";
  if (stage !== undefined) return page === "home" || page === "settings" ? "assignment" : page;
  if (testRinging.value !== null) return "test";
  if (invitation.value !== null) return "consent";
  if (page === "legal") return "legal";
  if (sessionState.value !== "here") return "welcome";
  if (me.value?.volunteer?.reasons.includes("no_consent")) return "consent";
  return page;
}

export function App() {
  const now = view();
  const targets = `${now} ${now === "assignment" ? call.value?.stage : ""}`;
  // What has just come is at the top of the page, wherever its reader had scrolled to.
  const top = `${targets} ${now === "assignment" && call.value?.moved ? "moved" : ""}`;
  useEffect(() => {
    scrollTo(0, 0);
    // Whoever reads by ear hears the new screen's heading.
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [top]);
  const Screen = SCREENS[now];
  return (
    <div class="volunteer" data-testid="volunteer-app" data-view={now === "report_kind" ? "report" : now} data-ready="true">
      <Screen />
      <Toasts />
      <Settling of={targets} />
    </div>
  );
}

/** Lies over a screen that has just changed, for as long as a double tap lasts. */
function Settling({ of }: { of: string }) {
  const [settled, setSettled] = useState(of);
  useLayoutEffect(() => {
    const later = setTimeout(() => setSettled(of), SETTLES_MS);
    return () => clearTimeout(later);
  }, [of]);
  return settled === of ? null : <div class="settling" />;
}
