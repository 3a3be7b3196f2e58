import { describe, expect, it } from "vitest";
import type { Alert, AlertEnded, Assignment, RouteFrame } from "../src/generated/stream.ts";
import { type Call, onAlert, onAssignment, onEnded, onRefused, onStep, onTime, remainingS } from "../src/volunteer/call.ts";
import { stepsInWords } from "../src/volunteer/steps.ts";
import { switchLang } from "../src/shared/i18n.ts";

const NOW = Date.parse("2026-01-05T08:00:00Z");
const at = (s: number) => new Date(NOW + s * 1000).toISOString();
const alert: Alert = {
  type: "alert",
  seq: 1,
  at: at(0),
  alert_id: "a1",
  incident_id: "i1",
  role: "fetch_aed",
  walk_time_s: 240,
  straight_line: false,
  answer_by: at(30),
  area: { lon: 113.6, lat: 34.7, radius_m: 100 },
  aed: null,
  route: null,
};
const patient = { lon: 113.6, lat: 34.7, accuracy_m: 10, address: "中原路1号", floor: "5", note: "" };
const assignment: Assignment = {
  ...{ ...alert, type: "assignment", seq: 2, reason: "accepted", patient, walk_time_s: 230, at: at(5), aed_access: null },
};
const ended: AlertEnded = { type: "alert_ended", seq: 3, at: at(60), alert_id: "a1", incident_id: "i1", reason: "enough_there", return_aed: false };

const ringing = () => onAlert(null, alert, NOW) as Call;
const going = () => onAssignment(onStep(ringing(), "accept"), assignment, NOW + 6_000) as Call;

describe("a call on the phone", () => {
  it("rings until its time to answer", () => {
    expect(ringing().stage).toBe("ringing");
    expect(onAlert(null, alert, NOW + 30_000)).toBeNull();
    expect(onTime(ringing(), NOW + 29_000)?.stage).toBe("ringing");
    expect(onTime(ringing(), NOW + 31_000)).toMatchObject({ stage: "called_off", ended: { reason: "timed_out" } });
  });

  it("goes from yes to the patient's side", () => {
    expect(onStep(ringing(), "accept")?.stage).toBe("accepting");
    expect(going().stage).toBe("on_the_way");
    expect(remainingS(going(), NOW + 65_000)).toBe(170);
    expect(onStep(onStep(going(), "aed_collected"), "arrived")?.stage).toBe("arrived");
    expect(onStep(going(), "done")).toBeNull();
  });

  it("takes an assignment without having seen its alert, as after a reload", () => {
    expect(onAssignment(null, assignment, NOW)?.stage).toBe("on_the_way");
  });

  it("shows no assignment whose place is told no more", () => {
    expect(onAssignment(null, { ...assignment, patient: null }, NOW)).toBeNull();
  });

  it("is called off loudly, and forgets the place", () => {
    expect(onEnded(going(), ended)).toMatchObject({ stage: "called_off", assignment: null, ended: { returnAed: false } });
    expect(onEnded(onStep(going(), "aed_collected"), ended)?.ended?.returnAed).toBe(true);
    expect(onEnded(null, ended)).toBeNull();
    expect(onEnded(ringing(), { ...ended, alert_id: "other" })?.stage).toBe("ringing");
  });

  it("is over where the answer came too late, and stands where a step was refused", () => {
    expect(onRefused(onStep(ringing(), "accept"), "a1", "accept", "too_late")?.ended?.reason).toBe("too_late");
    expect(onRefused(going(), "a1", "arrived", "accept_first")?.stage).toBe("on_the_way");
  });

  it("tells of a moved patient, and sends whoever had arrived on again", () => {
    const moved = { ...assignment, reason: "patient_moved" as const };
    expect(onAssignment(going(), moved, NOW)).toMatchObject({ moved: true, stage: "on_the_way" });
    expect(onAssignment(onStep(going(), "arrived"), moved, NOW)?.stage).toBe("on_the_way");
  });
});

describe("the way in words", () => {
  const lat = 34.75;
  const perLon = 111_320 * Math.cos((lat * Math.PI) / 180);
  const point = (east: number, north: number): [number, number] => [113.6 + east / perLon, lat + north / 111_320];
  const step = (street: string, length_m: number, kind = "walk") => ({ kind, street, length_m, walk_time_s: length_m / 1.4 });
  const route = (lonlat: [number, number][], steps: ReturnType<typeof step>[]): RouteFrame => ({ lonlat, steps, length_m: 0, shortened: false, straight_line: false });

  it("names the streets and the turns between them", () => {
    const way = route([point(0, 0), point(0, 100), point(200, 100)], [step("桐柏路", 100), step("中原路", 200)]);
    expect(stepsInWords(way)).toEqual(["沿桐柏路向北走 100 米", "右转，沿中原路走 200 米"]);
    switchLang("en");
    expect(stepsInWords(way)[1]).toBe("Turn right along 中原路 for 200 m");
    switchLang("zh");
  });

  it("tells the sharp bends of ways without a name", () => {
    const way = route([point(0, 0), point(0, 60), point(-80, 60), point(-80, 0)], [step("", 200)]);
    expect(stepsInWords(way)).toEqual(["向北走 60 米", "左转，走 80 米", "左转，走 60 米"]);
  });
});
