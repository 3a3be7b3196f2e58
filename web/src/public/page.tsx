// The page: the list beside or below the map. Whatever the map shows, the list says, and all of it works by keyboard.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CityMap, type MapBounds, type MapContent, type MapHandle, MapLegend, type MapView } from "../map/index.ts";
import { mapSettings } from "../map/settings.ts";
import { Button, Switches, Toasts } from "../shared/components.tsx";
import { lang } from "../shared/i18n.ts";
import { theme } from "../shared/theme.ts";
import { AedDetail } from "./detail.tsx";
import { AedList } from "./list.tsx";
import { aeds, beginAt, chosen, chosenId, finding, find, load, locate, locating, start, type Walk } from "./model.ts";
import { words } from "./words.ts";

const AGAIN_MS = 60_000;
const WIDEST_BOX_DEG = 0.5;

export function PublicPage() {
  const [walk, setWalk] = useState<Walk | null>(null);
  const map = useRef<MapHandle | null>(null);
  const title = words.value.page;
  useEffect(() => {
    document.title = `${title} · ${words.value.product}`;
  }, [title]);
  useBeginning();
  return (
    <div class="public" data-testid="public-map" data-ready={finding.value === "ready"}>
      <a class="skip-link" href="#aeds">
        {words.value.skip}
      </a>
      <header class="public-head">
        <a class="public-home" href="/" aria-label={words.value.home}>
          <img src="/emblem" alt="" width="32" height="32" />
        </a>
        <h1>{title}</h1>
        <Switches />
      </header>
      <p class="public-emergency">
        <span>{words.value.emergency}</span>
        <a class="button" data-kind="primary" href="tel:120">
          {words.value.call120}
        </a>
      </p>
      <PublicMap walk={walk} onHandle={(handle) => (map.current = handle)} />
      <main class="public-side" id="aeds" tabIndex={-1}>
        {chosen.value === null ? (
          <>
            <StartBar onCentre={() => useCentre(map.current)} />
            <AedList />
          </>
        ) : (
          <AedDetail key={chosen.value.aed_id} aed={chosen.value} onWalk={setWalk} startBar={<StartBar onCentre={() => useCentre(map.current)} />} />
        )}
        <footer class="public-foot">
          <MapLegend items={["aed_yes", "aed_no", "aed_unknown"]} />
          <p class="muted">{words.value.privacy}</p>
        </footer>
      </main>
      <Toasts />
    </div>
  );
}

/** Without a word from anybody: the phone's position where it was allowed before, else the middle of the city. */
function useBeginning(): void {
  useEffect(() => {
    void mapSettings()
      .then(({ center }) => {
        if (center === null) finding.value = "ready";
        else if (start.value === null) beginAt({ place: center, how: "centre", accuracy_m: null });
      })
      .catch(() => {
        finding.value = "failed";
      });
    void navigator.permissions
      ?.query({ name: "geolocation" })
      .then(({ state }) => {
        if (state === "granted") locate();
      })
      .catch(() => undefined);
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && finding.value === "ready") void find();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
}

function useCentre(map: MapHandle | null): void {
  if (map === null) return;
  const { west, east, south, north } = map.bounds();
  beginAt({ place: [(west + east) / 2, (south + north) / 2], how: "placed", accuracy_m: null });
}

function PublicMap({ walk, onHandle }: { walk: Walk | null; onHandle: (handle: MapHandle) => void }) {
  const from = start.value;
  const known = aeds.value;
  const one = chosen.value;
  const marks = useMemo(() => known.map(({ aed_id, lon, lat, usable, name }) => ({ id: aed_id, lon, lat, usable, label: name })), [known]);
  const content = useMemo<MapContent>(() => {
    const self = from === null || from.how === "centre" ? null : { lon: from.place[0], lat: from.place[1], accuracy_m: from.accuracy_m };
    const route = walk === null || one === null ? null : { lonlat: walk.lonlat, straight: walk.straight_line };
    return { aeds: marks, self, route, chosenAed: one?.aed_id ?? null };
  }, [marks, from, walk, one?.aed_id]);
  const view = useMemo<MapView | undefined>(() => {
    if (one !== null) {
      const way = walk === null ? [] : walk.lonlat;
      return way.length > 1 ? { fit: way, padding_px: 56 } : { center: [one.lon, one.lat], zoom: 16.5 };
    }
    return from === null ? undefined : { center: from.place, zoom: from.how === "centre" ? 13.5 : 15.5 };
  }, [from, walk, one?.aed_id]);
  return (
    <CityMap
      class="public-map"
      label={words.value.map}
      lang={lang.value}
      theme={theme.value}
      content={content}
      view={view}
      onReady={onHandle}
      onAed={(id) => (chosenId.value = id)}
      onPlace={(place) => beginAt({ place, how: "placed", accuracy_m: null })}
      onView={({ bounds }) => loadInView(bounds)}
    />
  );
}

function loadInView([west, south, east, north]: [number, number, number, number]): void {
  const box: MapBounds = { west, south, east, north };
  // A whole city at once would be more than anybody reads.
  if (east - west > WIDEST_BOX_DEG || north - south > WIDEST_BOX_DEG) return;
  void load(box).catch(() => undefined);
}

function StartBar({ onCentre }: { onCentre: () => void }) {
  const state = locating.value;
  const from = start.value;
  const isAsking = state === "asking";
  return (
    <section class="public-start">
      <div class="public-start-buttons">
        <Button kind="go" data-testid="locate" disabled={isAsking} onClick={() => locate()}>
          {isAsking ? words.value.locating : words.value.locate}
        </Button>
        <Button onClick={onCentre}>{words.value.useCentre}</Button>
      </div>
      <p class="muted" aria-live="polite">
        {from?.how === "own" && words.value.located(Math.max(1, Math.round(from.accuracy_m ?? 0)))}
        {from?.how === "placed" && words.value.placed}
        {from?.how === "centre" && state === "idle" && words.value.centred}
      </p>
      {(state === "refused" || state === "unknown") && from?.how !== "placed" && (
        <p class="note" data-kind="warn" role="status" data-testid="location-refused">
          {state === "refused" ? words.value.refused : words.value.noPosition}
        </p>
      )}
    </section>
  );
}
