import { afterEach, describe, expect, it } from "vitest";
import { switchLang } from "../../src/shared/i18n.ts";
import type { TimelineEntry } from "../../src/console/contract.ts";
import { tellTimeline } from "../../src/console/tell.ts";

const context = { who: (alertId: string) => ({ "i-1": "李明", "i-2": "王芳" })[alertId] ?? alertId, aed: () => "中原路 AED" };
let seq = 0;

function entry(type: string, data: Record<string, unknown> = {}, reason: TimelineEntry["reason"] = null, at = "2026-01-05T00:00:00Z"): TimelineEntry {
  seq += 1;
  return { seq, at, type, data, reason };
}

const rung = (data: Record<string, unknown>, reason: TimelineEntry["reason"]): TimelineEntry =>
  entry("RescuerAlerted", { alert_id: "i-1", rescuer_id: "r1", aed_id: null, to_aed_s: null, straight_line: false, ...data }, reason);

afterEach(() => switchLang("zh"));

describe("the reason why somebody was rung", () => {
  it("tells the quickest pair of hands, the walk and the limit", () => {
    const [told] = tellTimeline([rung({ role: "direct", walk_time_s: 130 }, { code: "fastest_hands", rank: 1, of: 4, budget_s: 240 })], context);
    expect(told?.text).toBe("呼叫 李明（直达）");
    expect(told?.why).toBe("离患者最近，先去做心肺复苏；步行 2 分 10 秒；限 4 分钟内");
  });

  it("tells the way by the AED, and the rank among several", () => {
    switchLang("en");
    const data = { role: "fetch_aed", walk_time_s: 300, to_aed_s: 60, aed_id: "a1" };
    const [told] = tellTimeline([rung(data, { code: "quickest_aed", rank: 2, of: 3, budget_s: 360 })], context);
    expect(told?.why).toBe("quickest with an AED, no. 2 of 3; 1 min to 中原路 AED, 5 min in all to the patient; limit 6 min");
  });

  it("names a dispatcher's choice, and an estimate without streets", () => {
    const [told] = tellTimeline([rung({ role: "direct", walk_time_s: 60, straight_line: true }, { code: "by_hand" })], context);
    expect(told?.why).toContain("调度员加派");
    expect(told?.why).toContain("直线估算");
  });
});

describe("what says nothing new", () => {
  const search = (wave: number, alerted: number) => entry("SearchMade", { wave, alerted, direct_budget_s: 240, fetch_budget_s: 360 });

  it("keeps the last of several searches that found nobody, and every one that found somebody", () => {
    const told = tellTimeline([search(0, 2), entry("WaveEnded"), search(1, 0), entry("WaveEnded"), search(2, 0), search(3, 1)], context);
    expect(told.map(({ text }) => text.slice(0, 5))).toEqual(["第 1 批", "第 3 批", "第 4 批"]);
  });

  it("tells in one line of all whose ringing ended together", () => {
    const over = (id: string, at: string) => entry("AlertWithdrawn", { alert_id: id, reason: "enough_there" }, null, at);
    const told = tellTimeline([over("i-1", "2026-01-05T00:00:01Z"), over("i-2", "2026-01-05T00:00:01Z"), over("i-3", "2026-01-05T00:00:09Z")], context);
    expect(told.map(({ text }) => text)).toEqual(["取消呼叫 李明、王芳：现场已足够", "取消呼叫 i-3：现场已足够"]);
  });

  it("leaves out 120's confirmation of a call that a dispatcher opened", () => {
    const kinds = (integration: string) => tellTimeline([entry("IncidentOpened", { integration }), entry("CallConfirmed")], context).length;
    expect([kinds("console"), kinds("120")]).toEqual([1, 2]);
  });
});
