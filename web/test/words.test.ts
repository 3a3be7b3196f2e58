import { afterEach, describe, expect, it } from "vitest";
import { ApiError, wordingOf } from "../src/shared/errors.ts";
import { dictionary, formatDistance, formatDuration, switchLang } from "../src/shared/i18n.ts";
import { en } from "../src/volunteer/words-en.ts";
import { zh } from "../src/volunteer/words-zh.ts";

afterEach(() => switchLang("zh"));

describe("the two languages", () => {
  it("begin in Chinese and switch in place", () => {
    const words = dictionary({ go: "我去", n: (x: number) => `${x} 个` }, { go: "I'm going", n: (x) => `${x} of them` });
    expect(words.value.go).toBe("我去");
    switchLang("en");
    expect(words.value.go).toBe("I'm going");
    expect(words.value.n(2)).toBe("2 of them");
  });

  it("do not compile with a key missing in one of them", () => {
    // @ts-expect-error: `b` has no English
    dictionary({ a: "甲", b: "乙" }, { a: "A" });
    // @ts-expect-error: a function of a number in one, a text in the other
    dictionary({ n: (x: number) => `${x}` }, { n: "n" });
  });

  it("hold no empty word, and no Chinese in the English", () => {
    const texts = (part: unknown): string[] =>
      typeof part === "string" ? [part] : part !== null && typeof part === "object" ? Object.values(part).flatMap(texts) : [];
    expect(texts(zh).concat(texts(en)).filter((text) => text.trim() === "")).toEqual([]);
    expect(texts(en).filter((text) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });

  it("word a refusal by its code, and an unknown one honestly", () => {
    const used = new ApiError(410, "invitation_used", "used");
    expect(wordingOf(used)).toContain("已经用过");
    switchLang("en");
    expect(wordingOf(used)).toContain("has been used");
    expect(wordingOf(new ApiError(418, "teapot", ""))).toContain("teapot");
  });

  it("say times and distances as people do", () => {
    expect(formatDuration(200)).toBe("3 分 20 秒");
    expect(formatDistance(1234)).toBe("1.2 公里");
    switchLang("en");
    expect(formatDuration(45)).toBe("45 s");
    expect(formatDistance(266)).toBe("270 m");
  });
});
