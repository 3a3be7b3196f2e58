// The live map. Positions reach it past the page's rendering, so that hundreds may move at once.
import { computed, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CityMap, type LegendItem, type MapHandle, MapLegend, type MapView } from "../map/index.ts";
import { Button } from "../shared/components.tsx";
import { lang } from "../shared/i18n.ts";
import { theme } from "../shared/theme.ts";
import * as desk from "./desk.ts";
import { fitRequested } from "./keys.ts";
import { loadAeds, onMove, stale } from "./live.ts";
import { content, pointsOf } from "./map-content.ts";
import { isOpen } from "./model.ts";
import { ChosenAed } from "./near-aeds.tsx";
import { t } from "./text.ts";

const LEGEND: LegendItem[] = ["patient", "direct", "fetch_aed", "alerted", "arrived", "stale", "aed_yes", "aed_unknown", "aed_no", "aed_reserved", "reach"];
const AEDS_EVERY_MS = 60_000;
/** A larger box would hold more AEDs than anybody can tell apart, and the service answers no larger one. */
const WIDEST_DEG = 0.5;

type Bounds = [number, number, number, number];

/** Changes when somebody joins the incident that is looked at, leaves it, or the patient's place changes. */
const wholeOf = computed(() => {
  const incident = desk.selected.value;
  if (!incident) return "";
  const held = (incident.alerts ?? []).filter(({ state }) => state === "accepted" || state === "arrived");
  const places = held.map(({ alert_id }) => (desk.positions.has(alert_id) ? alert_id : `${alert_id}?`));
  return [incident.incident_id, incident.location?.lon, incident.location?.lat, ...places].join(" ");
});

export function MapPane() {
  const handle = useRef<MapHandle | null>(null);
  const bounds = useRef<Bounds | null>(null);
  const view = useSignal<MapView | undefined>(undefined);
  const legendOpen = useSignal(false);
  const picking = useComputed(() => desk.panel.value === "new-call" || desk.panel.value === "place");
  useEffect(() => {
    const timer = setInterval(() => bounds.current && void loadAeds(bounds.current), AEDS_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  // The map follows the incident, who joins and who is no longer coming, until somebody moves it by hand.
  const following = useRef(true);
  useSignalEffect(() => {
    void desk.selectedId.value;
    void fitRequested.value;
    following.current = true;
  });
  useSignalEffect(() => {
    void fitRequested.value;
    void (desk.panel.value === null);
    const [id] = wholeOf.value.split(" ");
    const incident = id ? desk.incidents.peek().get(id) : undefined;
    const points = incident ? pointsOf(incident) : [];
    if (points.length > 0 && following.current) view.value = { fit: points, padding_px: 90, max_zoom: 16 };
  });
  useSignalEffect(() => {
    const { value: typed } = desk.placed;
    if (typed && desk.picked.peek() === null) view.value = { fit: [[typed.lon, typed.lat]], padding_px: 90, max_zoom: 16 };
  });
  const letGo = (): void => {
    following.current = false;
  };
  const ready = (made: MapHandle): void => {
    handle.current = made;
    onMove.current = (id, lon, lat) => made.moveResponder(id, lon, lat);
  };
  return (
    <section class="map-pane" aria-label={t.value.map_label} data-stale={stale.value ? "" : undefined} data-picking={picking.value ? "" : undefined}>
      <p class="visually-hidden">{t.value.map_hint}</p>
      <div class="map-hand" onPointerDown={letGo} onWheel={letGo}>
        <CityMap
          class="console-map"
          label={t.value.map_label}
          lang={lang.value}
          theme={theme.value}
          content={content.value}
          view={view.value}
          picking={picking.value}
          onReady={ready}
          onView={({ bounds: box }) => {
            bounds.current = box;
            if (box[2] - box[0] <= WIDEST_DEG && box[3] - box[1] <= WIDEST_DEG) void loadAeds(box);
          }}
          onAed={(id) => (desk.chosenAed.value = id)}
          onIncident={(id) => desk.select(id)}
          onResponder={selectOf}
          onPlace={([lon, lat]) => {
            if (picking.peek()) desk.picked.value = { lon, lat };
          }}
          onPatientMoved={([lon, lat]) => {
            if (desk.selected.peek()) desk.ask.value = { kind: "place", lon, lat, datum: "wgs84" };
          }}
        />
      </div>
      {picking.value && <p class="map-word">{t.value.picking}</p>}
      {stale.value && <p class="map-word" data-kind="stale">{t.value.stale_title}</p>}
      <div class="map-tools">
        <Button size="small" onClick={() => (view.value = { fit: everything(), padding_px: 90, max_zoom: 15 })}>
          {t.value.fit}
        </Button>
        <Button size="small" aria-keyshortcuts="F" disabled={desk.selected.value === null} onClick={() => (fitRequested.value += 1)}>
          {t.value.fit_incident}
        </Button>
        <Button size="small" aria-expanded={legendOpen.value} onClick={() => (legendOpen.value = !legendOpen.value)}>
          {t.value.legend}
        </Button>
      </div>
      <ChosenAed />
      {legendOpen.value && <MapLegend items={LEGEND} class="console-legend" />}
    </section>
  );
}

function selectOf(alertId: string): void {
  for (const [id, { alerts }] of desk.incidents.value) {
    if (alerts?.some(({ alert_id }) => alert_id === alertId)) desk.select(id);
  }
}

function everything(): [number, number][] {
  return desk.incidents.value.size ? [...desk.incidents.value.values()].filter(isOpen).flatMap(pointsOf) : [];
}
