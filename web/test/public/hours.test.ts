import { describe, expect, it } from "vitest";
import { readableHours } from "../../src/public/hours.ts";

describe("opening hours", () => {
  it.each([
    ["24/7", "全天 24 小时", "Day and night"],
    ["Mo-Su 09:00-21:00", "每天 09:00–21:00", "every day 09:00–21:00"],
    ["Mo-Fr 08:00-18:00; PH off", "周一至周五 08:00–18:00；节假日 休息", "Mon to Fri 08:00–18:00; holidays closed"],
    ["by appointment", "by appointment", "by appointment"],
  ])("%s is read as people read it", (text, zh, en) => {
    expect(readableHours(text, "zh")).toBe(zh);
    expect(readableHours(text, "en")).toBe(en);
  });
});
