// The route on the map. The map is large and comes after everything that is in words.
import { useMemo } from "preact/hooks";
import { lang } from "../../shared/i18n.ts";
import { theme } from "../../shared/theme.ts";
import { CityMap, type MapContent } from "../../map/index.ts";
import { call } from "../mission.ts";
import { fix } from "../position.ts";
import { words } from "../words.ts";

export function RouteMap() {
  const current = call.value;
  const here = fix.value;
  const patient = current?.assignment?.patient ?? null;
  const route = current?.assignment?.route ?? current?.alert?.route ?? null;
  const aed = current?.assignment?.aed ?? current?.alert?.aed ?? null;
  const area = patient === null ? (current?.alert?.area ?? null) : null;

  const content = useMemo<MapContent>(
    () => ({
      aeds: aed === null ? [] : [{ id: aed.aed_id, lon: aed.lon, lat: aed.lat, usable: "yes", label: aed.name }],
      patient: patient === null ? null : { lon: patient.lon, lat: patient.lat },
      route: route === null ? null : { lonlat: route.lonlat, straight: route.straight_line },
      area: area === null ? null : { lon: area.lon, lat: area.lat, radius_m: area.radius_m },
      self: here === null ? null : { lon: here.lon, lat: here.lat, accuracy_m: here.accuracy_m },
    }),
    [aed, patient, route, area, here],
  );
  // The whole trip in view, anew when the assignment changes and not with each step of the walker.
  const view = useMemo(() => {
    const fit: [number, number][] = [...(route?.lonlat ?? [])];
    if (patient !== null) fit.push([patient.lon, patient.lat]);
    if (aed !== null) fit.push([aed.lon, aed.lat]);
    if (area !== null) fit.push([area.lon, area.lat]);
    return fit.length === 0 ? undefined : { fit, padding_px: 40 };
  }, [route, patient, aed, area]);

  if (view === undefined) return null;
  return <CityMap class="route-map" label={words.value.going.map} lang={lang.value} theme={theme.value} content={content} view={view} />;
}
