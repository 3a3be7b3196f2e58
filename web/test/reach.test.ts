// "Can you be reached?": the worst of all checks, each with what to do.
import { describe, expect, it } from "vitest";
import { switchLang } from "../src/shared/i18n.ts";
import { checksOf, type Facts, worstOf } from "../src/volunteer/reach.ts";
import { reachWords } from "../src/volunteer/words-reach.ts";

const fine: Facts = {
  ...{ session: "here", known: true, onDuty: true, online: true, otherWays: ["push"], sound: true, permission: "granted" },
  ...{ accuracyM: 8, fixFailed: false, maxAccuracyM: 336, reasons: ["ready"], push: "on", proof: "proven" },
};
const verdict = (changed: Partial<Facts>) => {
  const { grade, topic, says } = worstOf(checksOf({ ...fine, ...changed }));
  return `${grade} ${topic} ${says}`;
};

describe("can you be reached?", () => {
  it("says yes only where all is in order", () => {
    expect(worstOf(checksOf(fine)).grade).toBe("good");
    expect(checksOf(fine).map(({ grade }) => grade)).toEqual(Array(7).fill("good"));
  });

  it.each<[string, Partial<Facts>, string]>([
    ["an expired certificate", { reasons: ["certificate_expired"] }, "bad papers against"],
    ["consent withdrawn", { reasons: ["no_consent"], onDuty: false }, "bad papers against"],
    ["off duty", { reasons: ["off_duty"], onDuty: false }, "off duty off"],
    ["quiet hours", { reasons: ["quiet_hours"] }, "off duty quiet_hours"],
    ["a pause without a position", { accuracyM: null, permission: "unknown", reasons: ["paused", "no_position"] }, "bad place none"],
    ["a certificate that nobody verified", { reasons: ["certificate_unverified"] }, "bad papers against"],
    ["off duty with an expired certificate", { reasons: ["off_duty", "certificate_expired"], onDuty: false }, "bad papers against"],
    ["location denied, a home registered", { permission: "denied", accuracyM: null, reasons: ["ready_at_home"] }, "warn place denied"],
    ["location denied and no home", { permission: "denied", accuracyM: null, reasons: ["no_position"] }, "bad place denied"],
    ["no fix yet", { accuracyM: null, permission: "unknown" }, "waiting place none"],
    ["no fix to be had", { accuracyM: null, fixFailed: true, reasons: ["ready_at_home"] }, "warn place none"],
    ["no fix yet and no home", { accuracyM: null, permission: "unknown", reasons: ["no_position"] }, "bad place none"],
    ["a position of 4 km", { accuracyM: 4_000, reasons: ["ready_at_home"] }, "warn place coarse"],
    ["a position of 4 km and no home", { accuracyM: 4_000, reasons: ["no_position"] }, "bad place coarse"],
    ["sound locked", { sound: false, otherWays: [] }, "bad sound none"],
    ["sound locked, another way", { sound: false }, "warn sound others"],
    ["push denied and nothing else", { push: "denied", otherWays: [] }, "warn closed denied"],
    ["no line and no other way", { online: false, otherWays: [] }, "bad line none"],
    ["signed out", { session: "over" }, "bad session over"],
    ["a test alarm that did not arrive", { proof: "failed" }, "bad proof failed"],
    ["never tested", { proof: "unproven" }, "warn proof unproven"],
  ])("tells the worst: %s", (_name, changed, expected) => {
    expect(verdict(changed)).toBe(expected);
  });

  it("has words for every check that there can be, and is never better than its worst", () => {
    const lacking = new Set<string>();
    for (const lang of ["zh", "en"] as const) {
      switchLang(lang);
      const texts = reachWords.value;
      for (const facts of product()) {
        const checks = checksOf(facts);
        if (worstOf(checks).grade === "good" && checks.some(({ grade }) => grade !== "good")) lacking.add("better than its worst");
        for (const { topic, says } of checks) {
          const own = (topic === "papers" && says === "against") || (topic === "closed" && says === "others") || (topic === "place" && says === "coarse");
          if (!own && !texts[topic][says]) lacking.add(`${topic} ${says}`);
        }
      }
    }
    switchLang("zh");
    expect([...lacking]).toEqual([]);
  });
});

function* product(): Generator<Facts> {
  const several: { [K in keyof Facts]?: Facts[K][] } = {
    session: ["none", "over", "here"],
    known: [true, false],
    onDuty: [true, false],
    online: [true, false],
    otherWays: [[], ["push"], ["sms"]],
    sound: [true, false],
    permission: ["unknown", "granted", "denied", "unavailable"],
    accuracyM: [null, 8, 4_000],
    fixFailed: [true, false],
    reasons: [["ready"], ["no_position"], ["off_duty", "certificate_expired"]],
    push: ["unknown", "unsupported", "not_offered", "off", "on", "denied"],
    proof: ["proven", "unproven", "failed", "waiting", "old"],
  };
  // Each check reads a few facts, so pairs of them cover what can be told.
  const names = Object.keys(several) as (keyof Facts)[];
  for (const a of names) {
    for (const b of names) {
      for (const x of several[a] ?? []) for (const y of several[b] ?? []) yield { ...fine, [a]: x, [b]: y };
    }
  }
}
