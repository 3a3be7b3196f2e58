// On the way: how long, where, and the one next button. Everything that matters stands in words; the map comes on top.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { serviceNow, tick } from "../../shared/clock.ts";
import { Button, Dialog, toast } from "../../shared/components.tsx";
import { formatDuration, formatFloor } from "../../shared/i18n.ts";
import { connection, reportAbout, router } from "../app.ts";
import { remainingS } from "../call.ts";
import { exitsOf } from "../machine.ts";
import { call, happened, state, step } from "../mission.ts";
import { stepsInWords } from "../steps.ts";
import { answerWord } from "../truth.ts";
import { words } from "../words.ts";
import { truthWords } from "../words-truth.ts";
import { AedAccess } from "./AedAccess.tsx";
import { CprGuide } from "./Cpr.tsx";
import { ConnectionLine, CornerSwitch, digits } from "./parts.tsx";

export function GoingScreen() {
  const current = call.value;
  const asking = useSignal<"give_back" | "hand_over" | null>(null);
  if (current === null) return null;
  const { going, roles } = words.value;
  const { stage, role, assignment } = current;
  const aed = assignment?.aed ?? current.alert?.aed ?? null;
  const there = stage === "arrived";
  const exits = exitsOf(state.value);
  const said = answerWord(state.value);
  const fetching = role === "fetch_aed" && (stage === "on_the_way" || stage === "accepting");
  const task = there ? going.atPatient : role === "fetch_aed" && stage === "with_aed" ? going.aedGot : fetching && stage === "on_the_way" ? going.aedFirst : roles[role];
  return (
    <div class="going" data-testid="assignment" data-role={role} data-stage={stage}>
      <ConnectionLine />
      <CornerSwitch />
      <header class="going-head" data-there={there ? "" : undefined}>
        <h1 tabIndex={-1}>{task}</h1>
        {there ? <p class="going-now">{going.cprNow}</p> : <Countdown />}
      </header>
      <main class="page going-page">
        {current.moved && (
          <div class="moved" role="alert">
            <strong>{going.moved}</strong> {going.movedLead}
            <Button size="big" wide onClick={() => happened({ type: "moved_seen" })}>
              {going.movedSeen}
            </Button>
          </div>
        )}
        {said !== null && (
          <p class="note" data-testid="answer-state" data-word={said} data-kind={said === "sending" || said === "confirmed" ? undefined : "warn"} role="status">
            {truthWords.value.answer[said]}
          </p>
        )}
        {there && <CprGuide />}
        {role === "fetch_aed" && aed !== null && (
          <section class="card place" data-testid="aed-place" data-now={fetching ? "" : undefined}>
            <h2>{going.aed}</h2>
            <p class="place-name">{aed.name || aed.location_text || going.noAedText}</p>
            {aed.name && <p class="place-text">{aed.location_text || going.noAedText}</p>}
            {aed.floor && <FloorTag floor={aed.floor} />}
            {fetching && assignment?.aed_access && <AedAccess access={assignment.aed_access} />}
            {fetching && aed.walk_time_s > 0 && <p class="muted">{going.toAed(formatDuration(aed.walk_time_s))}</p>}
            <Button
              size="small"
              onClick={() => {
                reportAbout.value = { aed_id: aed.aed_id, name: aed.name || aed.location_text };
                router.go("report_kind");
              }}
            >
              {going.aedProblem}
            </Button>
          </section>
        )}
        <PatientCard />
        {!there && <Way />}
        <Button kind="quiet" wide data-testid="to-legal" onClick={() => router.go("legal")}>
          {going.safety}
        </Button>
        {exits.includes("decline") && (
          <Button kind="quiet" wide data-testid="give-back" onClick={() => (asking.value = "give_back")}>
            {going.giveBack}
          </Button>
        )}
      </main>
      <footer class="going-actions" data-two={exits.includes("aed_collected") || exits.includes("at_door") ? "" : undefined}>
        {exits.includes("at_door") && (
          <Button size="big" wide data-testid="at-door" onClick={() => step("at_door")}>
            {going.atDoor}
          </Button>
        )}
        {exits.includes("aed_collected") && (
          <Button kind="go" size="big" wide data-testid="aed-collected" onClick={() => step("aed_collected")}>
            {going.collected}
          </Button>
        )}
        {exits.includes("arrived") && (
          <Button kind={exits.includes("aed_collected") ? "plain" : "go"} size="big" wide data-testid="arrived" onClick={() => step("arrived")}>
            {going.arrived}
          </Button>
        )}
        {exits.includes("done") && (
          <Button kind="go" size="big" wide data-testid="hand-over" onClick={() => (asking.value = "hand_over")}>
            {going.handOver}
          </Button>
        )}
      </footer>
      {asking.value === "give_back" && <GiveBack onClose={() => (asking.value = null)} />}
      {asking.value === "hand_over" && <HandOver withAed={role === "fetch_aed"} onClose={() => (asking.value = null)} />}
    </div>
  );
}

function Countdown() {
  const current = call.value;
  if (current === null) return null;
  const { going } = words.value;
  const left = remainingS(current, Math.max(tick.value, serviceNow()));
  return (
    <p class="going-clock" role="timer">
      <span class="going-clock-label">{left > 0 ? going.min : going.late}</span>
      <span class="going-clock-digits" data-testid="countdown">
        {digits(left)}
      </span>
    </p>
  );
}

function FloorTag({ floor }: { floor: string }) {
  return (
    <p class="floor">
      <span class="visually-hidden">{words.value.going.floorLabel}</span> <strong>{formatFloor(floor)}</strong>
    </p>
  );
}

function PatientCard() {
  const patient = call.value?.assignment?.patient;
  if (!patient) return null;
  const { going } = words.value;
  return (
    <section class="card place" data-now={call.value?.role === "direct" || call.value?.stage !== "on_the_way" ? "" : undefined}>
      <h2>{going.patient}</h2>
      <p class="place-name" data-testid="patient-address">
        {patient.address || going.noAddress}
      </p>
      {patient.floor && <FloorTag floor={patient.floor} />}
      {patient.note && (
        <p class="place-text">
          {going.note}: {patient.note}
        </p>
      )}
      {patient.accuracy_m !== null && patient.accuracy_m > 30 && <p class="muted">{going.accuracy(Math.round(patient.accuracy_m))}</p>}
    </section>
  );
}

/** The map comes in a part of its own; until then, and without it, the way stands in words. */
function LaterMap() {
  const loaded = useSignal<typeof import("./RouteMap.tsx") | null>(null);
  useEffect(() => void import("./RouteMap.tsx").then((part) => (loaded.value = part), () => undefined), []);
  const RouteMap = loaded.value?.RouteMap;
  return RouteMap === undefined ? <div class="route-map" data-testid="map" data-map-state="loading" /> : <RouteMap />;
}

function Way() {
  const current = call.value;
  const route = current?.assignment?.route ?? current?.alert?.route ?? null;
  const { going } = words.value;
  const lines = useMemo(() => (route === null ? [] : stepsInWords(route)), [route, words.value]);
  const address = current?.assignment?.patient?.address;
  return (
    <>
      <LaterMap />
      <section class="card stack">
        <h2>{going.route}</h2>
        {route === null || lines.length === 0 ? (
          <p>{route?.straight_line ? going.straightRoute : going.noRoute}</p>
        ) : (
          <ol class="steps" data-testid="route-steps">
            {lines.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
            {address && <li>{going.there(address)}</li>}
          </ol>
        )}
        {route?.straight_line && lines.length > 0 && <p class="muted">{going.straightRoute}</p>}
      </section>
    </>
  );
}

function GiveBack({ onClose }: { onClose: () => void }) {
  const { going, cancel } = words.value;
  return (
    <Dialog
      title={going.giveBackTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button
            kind="primary"
            data-testid="give-back-yes"
            onClick={() => {
              step("decline");
              // That somebody else is called is said once the service has it.
              if (connection.value !== "connected") toast(truthWords.value.handBackLater, "bad");
            }}
          >
            {going.giveBackYes}
          </Button>
        </>
      }
    >
      <p>{going.giveBackLead}</p>
    </Dialog>
  );
}

function HandOver({ withAed, onClose }: { withAed: boolean; onClose: () => void }) {
  const { going, cancel } = words.value;
  // Mostly the AED stays with the patient; said to be back while it is not, it would be fetched in vain.
  const returned = useSignal(false);
  const done = () => {
    step("done", withAed ? { aed_returned: returned.value } : {});
    toast(going.thanks, "plain", 9_000);
  };
  return (
    <Dialog
      title={going.handOverTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button kind="go" data-testid="hand-over-yes" onClick={done}>
            {going.handOverDone}
          </Button>
        </>
      }
    >
      <p>{going.handOverLead}</p>
      {withAed && (
        <label class="check-line">
          <input type="checkbox" data-testid="hand-over-aed-returned" checked={returned.value} onChange={(event) => (returned.value = event.currentTarget.checked)} />
          {going.aedReturned}
        </label>
      )}
    </Dialog>
  );
}
