import { Button } from "../../shared/components.tsx";
import { ringing, soundReady } from "../alarm.ts";
import { testRinging } from "../app.ts";
import { words } from "../words.ts";
import { CornerSwitch } from "./parts.tsx";

export function TestScreen() {
  const { test } = words.value;
  return (
    <main class="called-off test-alarm" data-testid="test-alarm-screen" data-ringing={ringing.value === "test" ? "true" : "false"}>
      <div class="alarm-scroll">
        <CornerSwitch />
        <div class="alarm-body" role="alert">
          <svg viewBox="0 0 64 64" width="96" height="96" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round">
            <path d="M32 8a16 16 0 0 0-16 16c0 16-6 20-6 20h44s-6-4-6-20A16 16 0 0 0 32 8ZM27 54a6 6 0 0 0 10 0" />
          </svg>
          <h1 tabIndex={-1}>
            {test.title}
          </h1>
          <p class="alarm-role">{test.lead}</p>
          {!soundReady.value && (
            <p class="alarm-silent" role="alert">
              {test.silent}
            </p>
          )}
        </div>
      </div>
      <div class="alarm-actions">
        <Button class="off-ok" data-testid="test-alarm-seen" wide onClick={() => (testRinging.value = null)}>
          {test.heard}
        </Button>
      </div>
    </main>
  );
}
