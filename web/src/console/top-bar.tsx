// The line that is always there: what can be done, what the links are like, what time it is for the service.
import { tick } from "../shared/clock.ts";
import { Button, Switches } from "../shared/components.tsx";
import { formatTime } from "../shared/i18n.ts";
import * as desk from "./desk.ts";
import { LinkStates } from "./link-states.tsx";
import { leave } from "./session.ts";
import { Mark } from "./sign-in.tsx";
import { muted, setMuted, unlock, unlocked } from "./sounds.ts";
import { t } from "./text.ts";

export function TopBar() {
  const speed = desk.links.value?.clock.speed ?? 1;
  return (
    <header class="top-bar">
      <h1 class="brand">
        <Mark />
        <span>
          {t.value.product}
          <span class="brand-part"> {t.value.title}</span>
        </span>
      </h1>
      <Button kind="primary" size="small" data-testid="new-call" aria-keyshortcuts="N" onClick={() => (desk.panel.value = "new-call")}>
        <Plus /> {t.value.new_call}
      </Button>
      <LinkStates />
      <time class="service-time" dateTime={new Date(tick.value).toISOString()}>
        {formatTime(new Date(tick.value), true)}
        {speed !== 1 && <span class="service-speed">{t.value.simulated(String(Math.round(speed * 10) / 10))}</span>}
      </time>
      <div class="top-tools">
        <Problems />
        <SoundSwitch />
        <Button kind="quiet" size="small" aria-label={t.value.keys_title} title={t.value.keys_title} onClick={() => (desk.helpOpen.value = true)}>
          <kbd>?</kbd>
        </Button>
        <Switches />
        <Button kind="quiet" size="small" data-testid="sign-out" onClick={() => void leave()}>
          {t.value.sign_out}
        </Button>
      </div>
    </header>
  );
}

function Problems() {
  const count = desk.problems.value.length;
  return (
    <Button kind="quiet" size="small" data-testid="aed-problems" onClick={() => (desk.problemsOpen.value = true)}>
      {t.value.aed_problems}
      {count > 0 && <span class="badge">{count}</span>}
    </Button>
  );
}

function SoundSwitch() {
  const label = muted.value ? t.value.unmute : unlocked.value ? t.value.mute : t.value.sound_locked;
  const press = (): void => {
    // A first press on a page that could not sound yet lets it sound, rather than muting it.
    if (!muted.value && !unlocked.value) void unlock();
    else setMuted(!muted.value);
  };
  return (
    <Button
      kind="quiet"
      size="small"
      class={muted.value || !unlocked.value ? "sound-off" : ""}
      data-testid="sound-switch"
      aria-pressed={!muted.value}
      aria-label={label}
      title={label}
      onClick={press}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
        <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z" fill="currentColor" />
        {muted.value ? <path d="m16 9 5 6M21 9l-5 6" /> : <path d="M15.5 9a4 4 0 0 1 0 6M18.3 6.5a8 8 0 0 1 0 11" />}
      </svg>
      {!muted.value && !unlocked.value && <span>{t.value.sound_locked}</span>}
    </Button>
  );
}

function Plus() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" stroke="currentColor" stroke-width="2.2" stroke-linecap="round">
      <path d="M8 2.5v11M2.5 8h11" />
    </svg>
  );
}
