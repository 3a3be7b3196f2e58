// A problem with an AED in three taps: report, which one, what is wrong.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Schemas } from "../../shared/api.ts";
import { Button } from "../../shared/components.tsx";
import { wordingOf } from "../../shared/errors.ts";
import { formatDistance, formatFloor } from "../../shared/i18n.ts";
import { reportAbout, router } from "../app.ts";
import { fix, metresBetween } from "../position.ts";
import { words } from "../words.ts";
import { Page } from "./parts.tsx";

type PublicAed = Schemas["PublicAed"];
type Kind = Schemas["ProblemRequest"]["kind"];
type Near = PublicAed & { away_m: number };

const AROUND_DEGREES = [0.008, 0.03];
const MOST = 8;

export function ReportScreen() {
  const { report } = words.value;
  const about = router.place.value === "report_kind" ? reportAbout.value : null;
  const error = useSignal<unknown>(null);
  const sent = useSignal(false);
  const busy = useSignal(false);

  const send = async (kind: Kind) => {
    if (about === null) return;
    busy.value = true;
    error.value = null;
    try {
      await api.post("/api/aeds/{aed_id}/problems", { path: { aed_id: about.aed_id }, body: { kind, note: "" } });
      sent.value = true;
    } catch (problem) {
      error.value = problem;
    } finally {
      busy.value = false;
    }
  };

  if (sent.value) {
    return (
      <Page title={report.thanks}>
        <p class="note" data-kind="good" role="status" data-testid="report-thanks">
          {report.thanksLead}
        </p>
        <Button size="big" wide onClick={() => router.finish()}>
          {report.home}
        </Button>
      </Page>
    );
  }
  return (
    <Page title={about === null ? report.title : report.what}>
      {error.value !== null && (
        <p class="note" data-kind="bad" role="alert" data-testid="error">
          {wordingOf(error.value)}
        </p>
      )}
      {about === null ? (
        <Which />
      ) : (
        <>
          <p class="place-name">{about.name}</p>
          <div class="choices">
            {(Object.entries(report.kinds) as [Kind, string][]).map(([kind, text]) => (
              <Button key={kind} size="big" wide disabled={busy.value} data-testid={`report-kind-${kind}`} onClick={() => void send(kind)}>
                {text}
              </Button>
            ))}
          </div>
        </>
      )}
    </Page>
  );
}

function Which() {
  const { report } = words.value;
  const here = useSignal<{ lon: number; lat: number } | null>(fix.value);
  const refused = useSignal(false);
  const found = useSignal<Near[] | null>(null);
  const error = useSignal<unknown>(null);

  const locate = () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => (here.value = { lon: coords.longitude, lat: coords.latitude }),
      () => (refused.value = true),
      { maximumAge: 120_000, timeout: 10_000 },
    );
  };
  useEffect(() => {
    if (here.value === null) locate();
  }, []);
  useEffect(() => {
    const place = here.value;
    if (place !== null) nearest(place).then((near) => (found.value = near), (problem: unknown) => (error.value = problem));
  }, [here.value]);

  if (error.value !== null) {
    return (
      <p class="note" data-kind="bad" role="alert">
        {wordingOf(error.value)}
      </p>
    );
  }
  if (here.value === null && refused.value) {
    return (
      <>
        <p>{report.noPlace}</p>
        <Button wide onClick={locate}>
          {report.allow}
        </Button>
        <a class="button" data-wide="" href="/map/">
          {report.map}
        </a>
      </>
    );
  }
  if (found.value === null) return <p class="muted">{report.loading}</p>;
  return (
    <>
      <h2>{found.value.length === 0 ? report.none : report.nearest}</h2>
      <ul class="choices">
        {found.value.map((aed) => (
          <li key={aed.aed_id}>
            <button type="button" class="choice" data-testid="report-aed-choice" onClick={() => {
                reportAbout.value = { aed_id: aed.aed_id, name: aed.name || aed.location_text };
                router.go("report_kind");
              }}>
              {aed.name && <strong>{aed.name}</strong>}
              <span>{[aed.location_text, aed.floor && formatFloor(aed.floor)].filter(Boolean).join(" · ")}</span>
              <span class="muted">{report.away(formatDistance(aed.away_m))}</span>
            </button>
          </li>
        ))}
      </ul>
      <a class="button" data-wide="" href="/map/">
        {report.map}
      </a>
    </>
  );
}

async function nearest(place: { lon: number; lat: number }): Promise<Near[]> {
  for (const around of AROUND_DEGREES) {
    const query = { west: place.lon - around, south: place.lat - around, east: place.lon + around, north: place.lat + around };
    const { aeds } = await api.get("/api/public/aeds", { query });
    const near = aeds.map((aed) => ({ ...aed, away_m: metresBetween(place, aed) })).sort((a, b) => a.away_m - b.away_m);
    if (near.length >= 3 || around === AROUND_DEGREES.at(-1)) return near.slice(0, MOST);
  }
  return [];
}
