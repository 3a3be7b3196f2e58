import { beforeEach, describe, expect, it } from "vitest";
import { Heed, SOUNDS_WITHIN_MS } from "../src/volunteer/heed.ts";

describe("what the phone says of an alert", () => {
  let said: string[];
  let later: { run: () => void; ms: number }[];
  let ringing: string | null;
  let sounds: boolean;
  let heed: Heed;
  const pass = () => later.splice(0).forEach(({ run }) => run());

  beforeEach(() => {
    said = [];
    later = [];
    ringing = "a1";
    sounds = false;
    heed = new Heed({
      send: ({ type, alert_id }) => said.push(`${type} ${alert_id}`),
      ringing: () => ringing,
      sounds: () => sounds,
      later: (run, ms) => later.push({ run, ms }),
    });
  });

  it("says nothing by itself while it sounds", () => {
    heed.came("a1");
    sounds = true;
    expect(later[0]?.ms).toBe(SOUNDS_WITHIN_MS);
    pass();
    expect(said).toEqual([]);
  });
  it("says that nobody can hear it", () => {
    heed.came("a1");
    pass();
    expect(said).toEqual(["no_sound a1"]);
  });
  it("says nothing of an alert that has ended meanwhile", () => {
    heed.came("a1");
    ringing = null;
    pass();
    expect(said).toEqual([]);
  });
  it("is seen by a touch, once for each alert, and by no touch while nothing rings", () => {
    ringing = null;
    heed.touched();
    ringing = "a1";
    heed.touched();
    heed.touched();
    ringing = "a2";
    heed.touched();
    expect(said).toEqual(["seen a1", "seen a2"]);
  });
});
