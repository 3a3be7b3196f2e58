import { describe, expect, it } from "vitest";
import type { AlertView, IncidentView } from "../../src/console/contract.ts";
import { clockText, metresBetween } from "../../src/console/durations.ts";
import { byUrgency, countsOf, etaOf, firstComing, isLate, parsePlace, peopleOf, splitPair } from "../../src/console/model.ts";

const alert = (alert_id: string, state: string, more: Partial<AlertView> = {}): AlertView =>
  ({ alert_id, rescuer_id: alert_id, role: "direct", aed_id: null, state, walk_time_s: 100, alerted_at: "2026-01-05T00:00:00Z", ...more }) as AlertView;
const incident = (incident_id: string, more: Partial<IncidentView> = {}): IncidentView =>
  ({ incident_id, status: "en_route", attention: null, opened_at: "2026-01-05T00:00:00Z", alerts: [], ...more }) as IncidentView;

describe("who is on the way", () => {
  const alerts = [
    alert("late", "accepted", { eta_at: "2026-01-05T00:09:00Z" }),
    alert("ringing", "ringing"),
    alert("soon", "accepted", { eta_at: "2026-01-05T00:02:00Z" }),
    alert("silent", "timed_out"),
    alert("there", "arrived"),
    alert("aed", "accepted", { role: "fetch_aed", aed_id: "a1", eta_at: "2026-01-05T00:05:00Z" }),
  ];
  const one = incident("i", { alerts });

  it("puts those who are there first, then by when they come", () => {
    const { coming, ringing, over } = peopleOf(one);
    expect(coming.map(({ alert_id }) => alert_id)).toEqual(["there", "soon", "aed", "late"]);
    expect([ringing.length, over.length]).toEqual([1, 1]);
  });

  it("counts them, and the AED on its way", () => {
    expect(countsOf(one)).toEqual({ ringing: 1, on_the_way: 3, there: 1, aed: "on_the_way" });
    expect(firstComing(one)?.alert_id).toBe("soon");
    expect(firstComing(one, "fetch_aed")?.alert_id).toBe("aed");
  });

  it("takes the walk time where the service tells no arrival", () => {
    expect(etaOf(alert("x", "accepted", { accepted_at: "2026-01-05T00:01:00Z" }))).toBe(Date.parse("2026-01-05T00:02:40Z"));
  });
});

describe("the list", () => {
  it("puts what needs a person first, then where nobody comes, then the newest, and what is over last", () => {
    const list = [
      incident("closed", { status: "closed", opened_at: "2026-01-05T09:00:00Z" }),
      incident("old"),
      incident("new", { opened_at: "2026-01-05T01:00:00Z" }),
      incident("nobody", { status: "nobody_available" }),
      incident("asks", { attention: "location_missing" }),
    ];
    expect(list.sort(byUrgency).map(({ incident_id }) => incident_id)).toEqual(["asks", "nobody", "new", "old", "closed"]);
  });

  it("warns once four minutes are over with nobody there", () => {
    const there = incident("i", { alerts: [alert("a", "arrived")] });
    expect([isLate(incident("i"), 239), isLate(incident("i"), 241), isLate(there, 241)]).toEqual([false, true, false]);
  });
});

describe("places and times as they are typed and read", () => {
  it("takes two numbers out of pasted text, with commas of either kind", () => {
    expect(splitPair("113.6254，34.7466")).toEqual(["113.6254", "34.7466"]);
    expect(splitPair(" 113.6254 34.7466 ")).toEqual(["113.6254", "34.7466"]);
    expect(splitPair("113.6254")).toBeNull();
  });

  it("refuses what is no place", () => {
    expect(parsePlace("113.6", "34.7")).toEqual({ lon: 113.6, lat: 34.7 });
    expect([parsePlace("", "34.7"), parsePlace("abc", "34"), parsePlace("34", "113")]).toEqual([null, null, null]);
  });

  it("shows running clocks", () => {
    expect([clockText(-3), clockText(67), clockText(3667)]).toEqual(["0:00", "1:07", "1:01:07"]);
    expect(metresBetween([113.6, 34.7], [113.6, 34.701])).toBeCloseTo(111.2, 0);
  });
});
