// The end of a call, as loud as the call: nobody should run on for nothing.
import { Button } from "../../shared/components.tsx";
import { ringing } from "../alarm.ts";
import { call, happened } from "../mission.ts";
import { words } from "../words.ts";
import { truthWords } from "../words-truth.ts";
import { ConnectionLine, CornerSwitch } from "./parts.tsx";

export function CalledOffScreen() {
  const ended = call.value?.ended;
  if (!ended) return null;
  const { calledOff } = words.value;
  return (
    <main
      class="called-off"
      data-testid="called-off"
      data-reason={ended.reason}
      data-ringing={ringing.value === "call_off" ? "true" : "false"}
    >
      <div class="alarm-scroll">
        <ConnectionLine />
        <CornerSwitch />
        <div class="alarm-body" role="alert">
          <svg viewBox="0 0 64 64" width="104" height="104" aria-hidden="true">
            <path d="M20 4h24l16 16v24L44 60H20L4 44V20z" fill="currentColor" />
            <path d="M18 32h28" stroke="var(--off-bg)" stroke-width="8" stroke-linecap="round" />
          </svg>
          <h1 tabIndex={-1}>
            {calledOff.stop}
          </h1>
          <p class="alarm-role">{calledOff.title}</p>
          <p class="alarm-walk">
            {truthWords.value.ended[ended.reason] ?? calledOff.reasons[ended.reason] ?? calledOff.other}
          </p>
          {ended.returnAed && <p class="off-aed">{calledOff.returnAed}</p>}
          <p>{calledOff.thanks}</p>
        </div>
      </div>
      <div class="alarm-actions">
        <Button class="off-ok" data-testid="called-off-ok" wide onClick={() => happened({ type: "dismiss" })}>
          {calledOff.ok}
        </Button>
      </div>
    </main>
  );
}
