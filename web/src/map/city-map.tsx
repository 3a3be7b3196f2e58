// A map in a page: an empty frame at once, the map when it has come, and a sentence where it cannot. Whatever the map shows the page
// must also say in words.
import { useEffect, useRef, useState } from "preact/hooks";
import { dictionary } from "../shared/i18n.ts";
import type { Engine } from "./engine.ts";
import "./city-map.css";
import { mapSettings } from "./settings.ts";
import type { MapContent, MapEvents, MapHandle, MapView, Theme } from "./types.ts";

const words = dictionary(
  { loading: "地图载入中…", failed: "地图暂时打不开，其他内容不受影响。", again: "重试", closer: "放大", farther: "缩小", source: "地图数据来源" },
  { loading: "Loading the map…", failed: "The map cannot be shown; everything else works.", again: "Try again", closer: "Zoom in", farther: "Zoom out", source: "Where the map's data is from" },
);

export interface CityMapProps extends MapEvents {
  class?: string;
  /** What the map shows, for those who do not see it. */
  label: string;
  lang: "zh" | "en";
  theme: Theme;
  content: MapContent;
  view?: MapView | undefined;
  picking?: boolean | undefined;
  onReady?: ((handle: MapHandle) => void) | undefined;
}

type State = "loading" | "ready" | "failed";

export function CityMap(props: CityMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const engine = useRef<Engine | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [state, setState] = useState<State>("loading");
  const [attempt, setAttempt] = useState(0);
  const [credit, setCredit] = useState("");

  useEffect(() => {
    let isGone = false;
    const container = box.current;
    if (container === null) return;
    setState("loading");
    start(container, () => latest.current, {
      isGone: () => isGone,
      onMade: (made, attribution) => {
        engine.current = made;
        give(made, latest.current);
        setCredit(attribution);
      },
      onReady: (made) => {
        setState("ready");
        latest.current.onReady?.(made);
      },
    }).catch(() => {
      if (!isGone) setState("failed");
    });
    return () => {
      isGone = true;
      engine.current?.remove();
      engine.current = null;
    };
  }, [attempt]);

  useEffect(() => {
    if (engine.current !== null) give(engine.current, props);
  });
  useEffect(() => engine.current?.setTheme(props.theme), [props.theme]);
  useEffect(() => engine.current?.setLabel(props.label), [props.label]);
  useEffect(() => {
    if (props.view !== undefined) engine.current?.setView(props.view);
  }, [props.view]);

  const names = props.class === undefined ? "city-map" : `city-map ${props.class}`;
  return (
    <div class={names} data-state={state}>
      <div ref={box} class="city-map-box" data-testid="map" data-map-state={state} data-picking={props.picking ? "" : undefined} />
      {state === "loading" && <p class="city-map-word">{words.value.loading}</p>}
      {state === "failed" && (
        <p class="city-map-word" role="status">
          {words.value.failed}{" "}
          <button type="button" class="button" data-size="small" onClick={() => setAttempt(attempt + 1)}>
            {words.value.again}
          </button>
        </p>
      )}
      {state === "ready" && (
        <div class="city-map-zoom">
          <button type="button" aria-label={words.value.closer} title={words.value.closer} onClick={() => engine.current?.zoomBy(1)}>
            <span aria-hidden="true">+</span>
          </button>
          <button type="button" aria-label={words.value.farther} title={words.value.farther} onClick={() => engine.current?.zoomBy(-1)}>
            <span aria-hidden="true">−</span>
          </button>
        </div>
      )}
      {credit !== "" && <Credit key={credit} text={credit} box={box} />}
    </div>
  );
}

/** OpenStreetMap's licence wants its name seen before the map is used; after that, and for others, a press is enough. */
const SEEN_AT_FIRST = /openstreetmap/i;

function Credit({ text, box }: { text: string; box: { current: HTMLElement | null } }) {
  const [isOpen, setOpen] = useState(SEEN_AT_FIRST.test(text));
  useEffect(() => {
    const close = (): void => setOpen(false);
    const kinds = ["pointerdown", "wheel"] as const;
    for (const kind of kinds) box.current?.addEventListener(kind, close, { passive: true, once: true });
    return () => kinds.forEach((kind) => box.current?.removeEventListener(kind, close));
  }, []);
  return (
    <div class="city-map-credit" data-testid="map-credit">
      {isOpen && <p>{text}</p>}
      <button type="button" aria-expanded={isOpen} aria-label={words.value.source} title={words.value.source} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden="true">i</span>
      </button>
    </div>
  );
}

interface Steps {
  isGone: () => boolean;
  onMade: (engine: Engine, attribution: string) => void;
  onReady: (engine: Engine) => void;
}

async function start(container: HTMLElement, latest: () => CityMapProps, steps: Steps): Promise<void> {
  const [{ createEngine }, settings] = await Promise.all([import("./engine.ts"), mapSettings()]);
  if (steps.isGone()) return;
  const { theme, label, view } = latest();
  const engine: Engine = await createEngine(container, {
    settings,
    theme,
    label,
    view,
    onReady: () => {
      if (!steps.isGone()) steps.onReady(engine);
    },
  });
  if (steps.isGone()) {
    engine.remove();
    return;
  }
  (container as HTMLElement & { __map?: MapHandle }).__map = engine;
  steps.onMade(engine, settings.attribution);
}

function give(engine: Engine, props: CityMapProps): void {
  engine.events = props;
  engine.picking = props.picking ?? false;
  engine.setContent(props.content);
}
