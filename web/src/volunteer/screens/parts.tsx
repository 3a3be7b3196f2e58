// What several of the volunteer's screens share: the bar on top, the word on the connection, a clock face of digits.
import type { ComponentChildren } from "preact";
import { Button, LangSwitch, Switches } from "../../shared/components.tsx";
import { call, connection, page, sessionState, stream } from "../app.ts";
import { words } from "../words.ts";

export function TopBar({ title, back = true }: { title: string; back?: boolean }) {
  return (
    <header class="top-bar">
      {back ? (
        <Button kind="quiet" aria-label={words.value.back} onClick={() => (page.value = "home")}>
          <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d="m15 5-7 7 7 7" />
          </svg>
        </Button>
      ) : (
        <img src="/icon.svg" width="36" height="36" alt="" />
      )}
      <span class="top-bar-title">{title}</span>
      <Switches />
    </header>
  );
}

export function Page({ title, children, back = true, heading = true }: { title: string; children: ComponentChildren; back?: boolean; heading?: boolean }) {
  return (
    <>
      <TopBar title={heading ? "" : title} back={back} />
      <ConnectionLine />
      <main class="page">
        {heading && <h1 tabIndex={-1}>{title}</h1>}
        {children}
      </main>
    </>
  );
}

/** The language within reach on the screens that fill the whole phone. */
export function CornerSwitch() {
  return (
    <div class="corner">
      <LangSwitch />
    </div>
  );
}

/** Says so when the connection is lost, and which answers wait for it. */
export function ConnectionLine() {
  const client = stream.value;
  const state = connection.value;
  const waiting = client?.waiting.value ?? 0;
  const { connection: text } = words.value;
  const known = client?.state.value;
  const away = known === "replaced" ? text.replaced : known === "refused" ? text.refused : call.value === null ? text.offlineNow : text.offlineCall;
  return (
    <div class="connection-lines" role="status" aria-live="polite">
      {client === null && sessionState.value === "over" && call.value !== null && <div class="connection-line">{words.value.welcome.over}</div>}
      {client !== null && (
        <div data-testid="connection" data-state={state} class={state === "connected" ? "visually-hidden" : "connection-line"}>
          {state === "connected" ? text.connected : state === "connecting" ? text.connecting : away}
          {known === "replaced" && (
            <Button size="small" onClick={() => client.start()}>
              {text.useHere}
            </Button>
          )}
        </div>
      )}
      {waiting > 0 && state !== "connected" && (
        <div data-testid="queued-answers" data-count={waiting} class="connection-line">
          {text.queued(waiting)}
        </div>
      )}
    </div>
  );
}

/** 3:20, and -0:15 once it is over. */
export function digits(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function HeartIcon({ size = 64 }: { size?: number }) {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true">
      <path d="M32 56C14 43 4 33 4 20.500 4 11 11 5 19 5c6 0 10.500 3 13 8 2.500-5 7-8 13-8 8 0 15 6 15 15.500C60 33 50 43 32 56Z" fill="currentColor" />
      <path d="M35 14 22 34h10l-4 15 14-20H32z" fill="var(--heart-bolt, #b3141f)" />
    </svg>
  );
}
