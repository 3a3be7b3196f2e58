import { describe, expect, it } from "vitest";
import { isWrittenOtherwise, readableHours } from "../../src/public/hours.ts";

describe("opening hours", () => {
  it.each([
    ["24/7", "全天 24 小时", "Day and night"],
    ["Mo-Su 09:00-21:00", "每天 09:00–21:00", "every day 09:00–21:00"],
    ["Mo-Fr 08:00-18:00; PH off", "周一至周五 08:00–18:00；节假日 休息", "Mon to Fri 08:00–18:00; holidays closed"],
    ["Mo-Fr 08:00-17:00; Sa,Su 08:00-17:00 unknown", "周一至周五 08:00–17:00；周六,周日 08:00–17:00 不确定", "Mon to Fri 08:00–17:00; Sat,Sun 08:00–17:00 not certain"],
    ["Apr-Oct Mo-Su 09:00-18:00", "4月-10月 每天 09:00–18:00", "Apr-Oct every day 09:00–18:00"],
    ["by appointment", "by appointment", "by appointment"],
  ])("%s is read as people read it", (text, zh, en) => {
    expect(readableHours(text, "zh")).toBe(zh);
    expect(readableHours(text, "en")).toBe(en);
  });

  it("are shown in the source's own words too, where these are others", () => {
    expect(isWrittenOtherwise({ opening_hours: "24/7", hours_as_written: "24小时" })).toBe(true);
    expect(isWrittenOtherwise({ opening_hours: "24/7", hours_as_written: "24/7" })).toBe(false);
    expect(isWrittenOtherwise({ opening_hours: "", hours_as_written: "" })).toBe(false);
  });
});
