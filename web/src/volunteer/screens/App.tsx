// Which screen is shown: a call comes before everything else.
import { useEffect } from "preact/hooks";
import { Toasts } from "../../shared/components.tsx";
import { call, invitation, me, page, sessionState, testRinging } from "../app.ts";
import { AlarmScreen } from "./Alarm.tsx";
import { CalledOffScreen } from "./CalledOff.tsx";
import { CprScreen } from "./Cpr.tsx";
import { GoingScreen } from "./Going.tsx";
import { HomeScreen } from "./Home.tsx";
import { ConsentScreen, WelcomeScreen } from "./Join.tsx";
import { LegalScreen } from "./Legal.tsx";
import { ReportScreen } from "./Report.tsx";
import { SettingsScreen } from "./Settings.tsx";
import { TestScreen } from "./TestAlarm.tsx";

type View = "alarm" | "called-off" | "assignment" | "test" | "consent" | "welcome" | "home" | "legal" | "report" | "cpr" | "settings";

function view(): View {
  const stage = call.value?.stage;
  if (stage === "ringing") return "alarm";
  if (stage === "called_off") return "called-off";
  const aside = page.value === "cpr" || page.value === "report" || page.value === "legal";
  if (stage !== undefined && !aside) return "assignment";
  if (testRinging.value !== null && stage === undefined) return "test";
  if (invitation.value !== null) return "consent";
  if (page.value === "legal") return "legal";
  if (sessionState.value !== "here") return "welcome";
  if (me.value?.volunteer?.reasons.includes("no_consent")) return "consent";
  return page.value;
}

const SCREENS = {
  alarm: AlarmScreen,
  "called-off": CalledOffScreen,
  assignment: GoingScreen,
  test: TestScreen,
  consent: ConsentScreen,
  welcome: WelcomeScreen,
  home: HomeScreen,
  legal: LegalScreen,
  report: ReportScreen,
  cpr: CprScreen,
  settings: SettingsScreen,
};

export function App() {
  const now = view();
  useEffect(() => {
    scrollTo(0, 0);
    // Whoever reads by ear hears the new screen's heading.
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [now]);
  const Screen = SCREENS[now];
  return (
    <div class="volunteer" data-testid="volunteer-app" data-view={now} data-ready="true">
      <Screen />
      <Toasts />
    </div>
  );
}
