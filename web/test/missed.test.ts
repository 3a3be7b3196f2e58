import { describe, expect, it, vi } from "vitest";

vi.mock("../src/volunteer/app.ts", () => ({ call: { value: null }, connection: { value: "connected" } }));
const { missedOf } = await import("../src/volunteer/screens/Missed.tsx");

const NOW = Date.parse("2026-11-30T08:00:00Z");
const past = (alert_id: string, outcome: "missed" | "ended" | "declined" | "accepted" | "called_off" | "ringing", rung_at = "2026-11-29T08:00:00Z") => ({
  alert_id,
  outcome,
  rung_at,
  ended_at: null,
  reason: null,
});

describe("the calls that were missed", () => {
  it("are those that ended without an answer of this phone", () => {
    const all = [past("a", "ringing"), past("b", "missed"), past("c", "declined"), past("d", "ended"), past("e", "accepted"), past("f", "called_off")];
    expect(missedOf(all, NOW).map(({ alert_id }) => alert_id)).toEqual(["b", "d"]);
  });

  it("are told for two weeks, and the newest five", () => {
    expect(missedOf([past("old", "missed", "2026-11-10T08:00:00Z")], NOW)).toEqual([]);
    const many = Array.from({ length: 9 }, (_, index) => past(String(index), "missed"));
    expect(missedOf(many, NOW).map(({ alert_id }) => alert_id)).toEqual(["0", "1", "2", "3", "4"]);
  });
});
