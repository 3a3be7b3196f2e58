// How the 120 link, the stream and the database are, always in sight; and a banner when nothing is live.
import { useEffect, useRef } from "preact/hooks";
import { tick } from "../shared/clock.ts";
import { Button, toast } from "../shared/components.tsx";
import { formatDuration, formatTime } from "../shared/i18n.ts";
import type { Links } from "./contract.ts";
import * as desk from "./desk.ts";
import { lastLiveAt, live, reconnectAt, reconnectNow, stale, streamState } from "./live.ts";
import { t } from "./text.ts";

type Health = "ok" | "warning" | "bad";
interface LinkState {
  health: Health;
  text: string;
  more?: string;
}

/** Known by polling every few seconds: older than this it is not known. */
const LINKS_OLD_MS = 15_000;

/** A wrong signature is an attack, or a secret changed on one side only: it stays in sight for ten minutes. */
const REFUSED_FOR_MS = 600_000;

export function LinkStates() {
  void tick.value;
  const told = desk.links.value;
  const old = Date.now() - desk.linksAt.value > LINKS_OLD_MS;
  const unknown: LinkState = { health: "warning", text: t.value.state_unknown };
  return (
    <ul class="links" data-testid="links" aria-label={`${t.value.link_120}, ${t.value.link_stream}, ${t.value.link_database}`}>
      <One id="link-120" label={t.value.link_120} state={told && !old ? state120(told) : unknown} />
      <One id="link-streams" label={t.value.link_stream} state={streamLink(told)} />
      <One id="link-database" label={t.value.link_database} state={told && !old ? databaseLink(told) : unknown} />
    </ul>
  );
}

function One({ id, label, state }: { id: string; label: string; state: LinkState }) {
  return (
    <li class="link" data-testid={id} data-state={state.health} title={state.more}>
      <span class="link-dot" data-state={state.health} aria-hidden="true" />
      <span class="link-label">{label}</span> <span class="link-text">{state.text}</span>
      {state.more && <span class="link-more">{state.more}</span>}
    </li>
  );
}

function state120({ integrations, callbacks }: Links): LinkState {
  const heard = integrations.filter(({ last_message_at }) => last_message_at !== null);
  const newest = Math.max(...heard.map(({ last_message_at }) => Date.parse(last_message_at ?? "")));
  const wrong = integrations.filter(({ last_message_ok }) => last_message_ok === false);
  const more = callbackWord(callbacks);
  const sent = more ? `${t.value.link_callbacks} ${more}` : "";
  if (wrong.length > 0) return { health: "bad", text: `${wrong.map(({ name }) => name).join(", ")} ${t.value.state_bad_message}`, more: sent };
  const forged = integrations.some(({ last_refused_at }) => last_refused_at && Date.now() - Date.parse(last_refused_at) < REFUSED_FOR_MS);
  if (forged) return { health: "warning", text: t.value.state_refused, more: sent };
  if (heard.length === 0) return { health: "warning", text: t.value.state_silent, more: sent };
  const ago = t.value.ago(formatDuration((Date.now() - newest) / 1000));
  return { health: callbacks?.dead ? "warning" : "ok", text: ago, more: sent };
}

function callbackWord(callbacks: Links["callbacks"]): string {
  if (callbacks?.dead) return t.value.callbacks_dead(callbacks.dead);
  return callbacks?.waiting ? t.value.callbacks_waiting(callbacks.waiting) : "";
}

function streamLink(told: Links | null): LinkState {
  const more = told ? `${t.value.link_phones} ${told.phones_connected}` : "";
  if (live.value) return { health: "ok", text: t.value.stream_live, more };
  return streamState.value === "connecting" || lastLiveAt.value === null
    ? { health: "warning", text: t.value.stream_connecting }
    : { health: "bad", text: t.value.stream_lost };
}

function databaseLink({ database, spool_waiting, set_aside }: Links): LinkState {
  const more = set_aside > 0 ? t.value.set_aside(set_aside) : spool_waiting > 0 ? t.value.spool_waiting(spool_waiting) : "";
  if (database === "here") return { health: set_aside > 0 ? "warning" : "ok", text: t.value.database_here, more };
  return database === "away"
    ? { health: "bad", text: t.value.database_away, more }
    : { health: "warning", text: t.value.database_landing, more };
}

/** Says that the screen is not live, from when it is, and what happens next. */
export function StaleBanner() {
  const state = stale.value ? "offline" : live.value ? "connected" : "connecting";
  const was = useRef(false);
  useEffect(() => {
    if (was.current && live.value) toast(t.value.back_live);
    if (live.value) was.current = false;
    if (stale.value) was.current = true;
  }, [live.value, stale.value]);
  return (
    <div class="stale-banner" data-testid="connection" data-state={state} role="status" aria-live="assertive">
      {stale.value && <StaleWords />}
    </div>
  );
}

function StaleWords() {
  const at = formatTime(new Date(lastLiveAt.value ?? 0), true);
  return (
    <>
      <strong>{t.value.stale_title}</strong>
      <span>{t.value.stale(at)}</span>
      <NextTry />
      <Button size="small" onClick={reconnectNow}>
        {t.value.reconnect_now}
      </Button>
    </>
  );
}

function NextTry() {
  void tick.value;
  const inS = reconnectAt.value === null ? 0 : Math.ceil((reconnectAt.value - Date.now()) / 1000);
  // It changes every second: a screen reader is told of the loss once, not of each second.
  return <span aria-hidden="true">{inS > 0 ? t.value.stale_next(inS) : t.value.stale_now}</span>;
}
