// On duty or off, and whether the phone would really ring.
import { formatDateTime } from "../../shared/i18n.ts";
import { Button } from "../../shared/components.tsx";
import { unlockSound } from "../alarm.ts";
import { connection, dutyPending, me, onDuty, reportAbout, router, setDuty, who } from "../app.ts";
import { installable } from "../install.ts";
import { askForNotices } from "../notices.ts";
import { demoAt } from "../position.ts";
import { words } from "../words.ts";
import { MissedCalls } from "./Missed.tsx";
import { Page } from "./parts.tsx";
import { Reachability, told, worst } from "./Reachability.tsx";

export function HomeScreen() {
  const { home, nav } = words.value;
  const on = onDuty.value;
  // Until it is known once, a tap would switch the wrong way.
  const known = me.value !== null;
  const online = connection.value === "connected";
  // That this phone rings is promised only where nothing known speaks against it.
  const { grade, topic } = worst.value;
  const reachable = grade !== "bad" && topic !== "line" && topic !== "sound" && topic !== "place";
  const onHint = reachable ? home.onHint : told(worst.value);
  const hint = dutyPending.value || (!known && online) ? home.pending : on ? onHint : home.offHint;
  const consented = me.value?.volunteer?.consented_at;
  return (
    <Page title={words.value.appName} back={false} heading={false}>
      <h1 class="visually-hidden" tabIndex={-1}>
        {home.hello(who.value?.name ?? "")}
      </h1>
      <section class="duty" data-on={on && known ? (reachable ? "yes" : "away") : undefined}>
        <p class="duty-hello">{home.hello(who.value?.name ?? "")}</p>
        <p class="duty-state" aria-live="polite">
          {!known ? "…" : on ? home.on : home.off}
        </p>
        <p class="duty-hint">{hint}</p>
        <button
          type="button"
          class="duty-switch"
          role="switch"
          aria-checked={on}
          data-testid="duty-switch"
          disabled={!known}
          onClick={() => {
            void unlockSound();
            if (!on) askForNotices();
            setDuty(!on);
          }}
        >
          <span class="duty-knob" aria-hidden="true" />
          {on ? home.goOff : home.goOn}
        </button>
      </section>
      {demoAt.value !== null && <p class="note" data-testid="demo-place">{home.demo}</p>}
      <MissedCalls />
      <Reachability />
      <nav class="tiles" aria-label={words.value.appName}>
        <Button data-testid="to-cpr" onClick={() => router.go("cpr")}>
          {nav.cpr}
        </Button>
        <Button
          data-testid="report-aed"
          onClick={() => {
            reportAbout.value = null;
            router.go("report");
          }}
        >
          {nav.report}
        </Button>
        <Button data-testid="to-legal" onClick={() => router.go("legal")}>
          {nav.legal}
        </Button>
        <a class="button" href="/map/" data-testid="to-aeds">
          {nav.aeds}
        </a>
      </nav>
      {installable.value !== null && (
        <Button wide onClick={() => void installable.value?.prompt()}>
          {words.value.settings.install}
        </Button>
      )}
      <Button kind="quiet" wide data-testid="to-settings" onClick={() => router.go("settings")}>
        {nav.settings}
      </Button>
      {consented && <p class="muted small">{words.value.settings.consented(String(me.value?.volunteer?.consent_version ?? ""), formatDateTime(consented))}</p>}
    </Page>
  );
}
