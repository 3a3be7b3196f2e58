// What several of the volunteer's screens share: the bar on top, the word on the connection, a clock face of digits.
import type { ComponentChildren } from "preact";
import { Button, LangSwitch, Switches } from "../../shared/components.tsx";
import { connection, router } from "../app.ts";
import { state, stream } from "../mission.ts";
import { lineWords, untoldOf } from "../truth.ts";
import { words } from "../words.ts";
import { truthWords } from "../words-truth.ts";

export function TopBar({ title, back = true }: { title: string; back?: boolean }) {
  return (
    <header class="top-bar">
      {back ? (
        <Button kind="quiet" aria-label={words.value.back} data-testid="back" onClick={() => router.up()}>
          <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d="m15 5-7 7 7 7" />
          </svg>
        </Button>
      ) : (
        <img src="/emblem" width="36" height="36" alt="" />
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

/** Says so when the connection is lost, what is on the phone all the same, and which answers have not arrived. */
export function ConnectionLine() {
  const client = stream.value;
  const now = connection.value;
  const waiting = untoldOf(state.value);
  const { line, queued, tryAgain, useHere } = truthWords.value;
  const said = lineWords(state.value);
  const again = said.includes("replaced") ? useHere : said.includes("signed_out") ? tryAgain : null;
  return (
    <div class="connection-lines" role="status" aria-live="polite">
      {(client !== null || said.length > 0) && (
        <div data-testid="connection" data-state={now} class={said.length === 0 ? "visually-hidden" : "connection-line"}>
          {said.length === 0 ? words.value.connection.connected : said.map((word) => line[word]).join(" ")}
          {again !== null && client !== null && (
            <Button size="small" onClick={() => client.start()}>
              {again}
            </Button>
          )}
        </div>
      )}
      {waiting > 0 && now !== "connected" && (
        <div data-testid="queued-answers" data-count={waiting} class="connection-line">
          {queued(waiting)}
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
