// What the map shows, worked out from the desk. Positions that change by the second go past it, straight to the map.
import { computed } from "@preact/signals";
import { serviceNow, tick } from "../shared/clock.ts";
import type { MapAed, MapContent, MapIncident, MapResponder, MapRoute } from "../map/index.ts";
import type { AlertView, IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { clockText } from "./durations.ts";
import { live } from "./live.ts";
import { extras } from "./measure.ts";
import { etaOf, isOpen } from "./model.ts";
import { t } from "./text.ts";

/** A walker's phone reports every few seconds: what is older than this is not where they are. */
export const OLD_POSITION_S = 60;

const ON_MAP = new Set(["ringing", "accepted", "arrived"]);

const aeds = computed<MapAed[]>(() =>
  desk.aeds.value.map(({ aed_id, lon, lat, usable, reserved_by, name }) => ({
    id: aed_id,
    lon,
    lat,
    usable,
    reserved: Boolean(reserved_by),
    label: name,
  })),
);

const incidents = computed<MapIncident[]>(() =>
  desk.openOnes.value
    .filter(({ location }) => location !== null)
    .map((one) => ({
      id: one.incident_id,
      lon: one.location?.lon ?? 0,
      lat: one.location?.lat ?? 0,
      state: !isOpen(one) ? "closed" : one.attention || one.status === "nobody_available" ? "attention" : "open",
      selected: one.incident_id === desk.selectedId.value,
    })),
);

function placed(incident: IncidentView, alert: AlertView): MapResponder | null {
  const position = desk.positions.get(alert.alert_id);
  if (!position) return null;
  const old = (serviceNow() - position.at) / 1000 > OLD_POSITION_S && alert.state === "accepted";
  const chosen = incident.incident_id === desk.selectedId.value;
  return {
    id: alert.alert_id,
    lon: position.lon,
    lat: position.lat,
    role: alert.role === "fetch_aed" ? "fetch_aed" : "direct",
    status: alert.state,
    stale: old || !live.value,
    emphasis: chosen,
    label: chosen && alert.state === "accepted" ? labelOf(alert) : undefined,
  };
}

function labelOf(alert: AlertView): string {
  const role = alert.role === "fetch_aed" ? t.value.role_fetch_aed : t.value.role_direct;
  const leftS = (etaOf(alert) - serviceNow()) / 1000;
  return `${role} ${leftS >= 0 ? clockText(leftS) : t.value.eta_passed}`;
}

const responders = computed<MapResponder[]>(() => {
  void tick.value;
  const found: MapResponder[] = [];
  for (const incident of desk.openOnes.value) {
    for (const alert of incident.alerts ?? []) {
      const one = ON_MAP.has(alert.state) ? placed(incident, alert) : null;
      if (one) found.push(one);
    }
  }
  return found.concat(extras.value);
});

const routes = computed<MapRoute[]>(() =>
  (desk.selected.value?.alerts ?? []).flatMap(({ state, walk }) =>
    state === "accepted" && walk ? [{ lonlat: walk.lonlat as [number, number][], straight: walk.straight_line }] : [],
  ),
);

/** A click shows at once; what was typed when the service has said where it lies. */
const given = computed(() => desk.picked.value ?? desk.placed.value);

const patient = computed(() => {
  const place = desk.selected.value?.location;
  if (!place || !desk.selected.value || !isOpen(desk.selected.value)) return null;
  // Asked about and refused, the marker goes back: a new object makes the map draw it anew.
  void desk.ask.value;
  const chosen = desk.panel.value === "place" ? given.value : null;
  return { lon: chosen?.lon ?? place.lon, lat: chosen?.lat ?? place.lat, draggable: true };
});

/** A new call's place shows as its patient; the incident that is looked at keeps its smaller sign. */
const newPlace = computed(() => (desk.panel.value === "new-call" ? given.value : null));

export const content = computed<MapContent>(() => ({
  aeds: aeds.value,
  incidents: incidents.value,
  responders: responders.value,
  routes: routes.value,
  chosenAed: desk.chosenAed.value,
  patient: newPlace.value ?? (patient.value || (desk.panel.value === "place" ? given.value : null)),
  reach: (desk.reach.value?.incidentId === desk.selectedId.value ? desk.reach.value.area : null) as MapContent["reach"],
}));

/** Everything worth seeing of one incident, to fit the map to. */
export function pointsOf(incident: IncidentView): [number, number][] {
  const points: [number, number][] = incident.location ? [[incident.location.lon, incident.location.lat]] : [];
  for (const alert of incident.alerts ?? []) {
    if (!ON_MAP.has(alert.state)) continue;
    const position = desk.positions.get(alert.alert_id);
    if (position) points.push([position.lon, position.lat]);
    if (alert.state === "accepted") points.push(...((alert.walk?.lonlat ?? []) as [number, number][]));
  }
  return points;
}
