// Somebody nearby needs help: read in two seconds, answered with one thumb.
import { serviceNow, tick } from "../../shared/clock.ts";
import { Button } from "../../shared/components.tsx";
import { formatDuration, formatFloor } from "../../shared/i18n.ts";
import { goFullScreen, ringing, soundReady } from "../alarm.ts";
import { call, happened, state, step } from "../mission.ts";
import { firstStreet } from "../steps.ts";
import { words } from "../words.ts";
import { truthWords } from "../words-truth.ts";
import { ConnectionLine, CornerSwitch, HeartIcon } from "./parts.tsx";

export function AlarmScreen() {
  const current = call.value;
  const alert = current?.alert;
  if (!current || !alert) return null;
  const { alarm, roles } = words.value;
  const left = Math.max(0, Math.ceil((Date.parse(alert.answer_by) - Math.max(tick.value, serviceNow())) / 1000));
  const street = firstStreet(alert.route);
  return (
    <main
      class="alarm"
      data-testid="alarm"
      data-alert-id={alert.alert_id}
      data-role={alert.role}
      data-ringing={ringing.value === "alarm" ? "true" : "false"}
    >
      <div class="alarm-scroll">
        <ConnectionLine />
        <div class="alarm-body" role="alert">
          <div class="alarm-heart">
            <HeartIcon size={92} />
          </div>
          <h1 tabIndex={-1}>
            {alarm.title}
          </h1>
          <p class="alarm-role">
            {roles[alert.role]}
          </p>
          <p class="alarm-walk">{alarm.walk(formatDuration(alert.walk_time_s))}</p>
          {alert.aed && (
            <p class="alarm-aed">
              AED: {alert.aed.name || alert.aed.location_text}
              {alert.aed.floor && ` · ${formatFloor(alert.aed.floor)}`}
            </p>
          )}
          {street && <p class="alarm-street">{alarm.toward(street)}</p>}
          {alert.straight_line && <p class="alarm-small">{alarm.straight}</p>}
          <p class="alarm-small">{alarm.exact}</p>
        </div>
        {!soundReady.value && (
          <p class="alarm-silent" role="alert">
            <strong>{alarm.silentTitle}</strong> {alarm.silent}
          </p>
        )}
      </div>
      <div class="alarm-actions">
        <div class="alarm-row">
          <p class="alarm-left" data-testid="alarm-countdown">
            {alarm.left(left)}
          </p>
          <CornerSwitch />
        </div>
        <Button
          kind="go"
          class="alarm-accept"
          data-testid="accept"
          wide
          onClick={() => {
            goFullScreen();
            step("accept");
          }}
        >
          {alarm.accept}
        </Button>
        <Button class="alarm-decline" data-testid="decline" wide onClick={() => step("decline")}>
          {alarm.decline}
        </Button>
      </div>
    </main>
  );
}

/** A slip of the thumb costs nothing: a no goes out a moment later. */
export function DecliningScreen() {
  const { undo } = state.value;
  void tick.value;
  const { declining, decliningLead, undo: takeBack } = truthWords.value;
  const left = Math.max(0, Math.ceil(((undo?.goesAt ?? 0) - performance.now()) / 1000));
  return (
    <main class="called-off declining" data-testid="declining">
      <div class="alarm-scroll">
        <ConnectionLine />
        <CornerSwitch />
        <div class="alarm-body" role="alert">
          <h1 tabIndex={-1}>{declining}</h1>
          <p class="alarm-role">{decliningLead(left)}</p>
        </div>
      </div>
      <div class="alarm-actions">
        <Button class="off-ok" data-testid="undo-decline" wide onClick={() => happened({ type: "undo" })}>
          {takeBack}
        </Button>
      </div>
    </main>
  );
}
