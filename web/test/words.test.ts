import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { zh as desk } from "../src/console/text-zh.ts";
import { words as publicWords } from "../src/public/words.ts";
import { ApiError, wordingOf } from "../src/shared/errors.ts";
import { dictionary, formatDistance, formatDuration, formatFloor, switchLang } from "../src/shared/i18n.ts";
import { PRODUCT } from "../src/shared/product.ts";
import { en } from "../src/volunteer/words-en.ts";
import { zh } from "../src/volunteer/words-zh.ts";

afterEach(() => switchLang("zh"));

const page = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const texts = (part: unknown): string[] =>
  typeof part === "string"
    ? [part]
    : typeof part === "function"
      ? [String((part as (...values: unknown[]) => unknown)("", "", ""))]
      : part !== null && typeof part === "object"
        ? Object.values(part).flatMap(texts)
        : [];

describe("one word for one thing", () => {
  const said = [...texts(zh), ...texts(desk), ...texts(publicWords.value)];

  it("for whom it is about, for duty, for a trial, for what a dispatcher does", () => {
    for (const other of ["病人", "伤者", "值班", "值守", "测试警报", "手工接警", "终止派遣"]) {
      expect(said.filter((text) => text.includes(other)), other).toEqual([]);
    }
  });

  it("for the product, on every page and on the phone's own screen", () => {
    for (const path of ["index.html", "volunteer/index.html", "console/index.html", "map/index.html", "public/volunteer/manifest.webmanifest"]) {
      expect(page(path), path).toContain(PRODUCT.zh);
      expect(page(path).replaceAll(PRODUCT.zh, ""), path).not.toMatch(/[急救]+圈/);
    }
    expect(said.filter((text) => /[急救援]+圈/.test(text.replaceAll(PRODUCT.zh, "")))).toEqual([]);
  });
});

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

  it("say a floor as people do, and leave alone what is no number", () => {
    expect(["3", "3F", "f3", "-1", "B1", "B2F"].map((floor) => formatFloor(floor))).toEqual(["3 楼", "3 楼", "3 楼", "地下 1 层", "地下 1 层", "地下 2 层"]);
    expect(["0", "站厅层", "1-2", "3 层", "L3", "B"].map((floor) => formatFloor(floor))).toEqual(["0", "站厅层", "1-2", "3 层", "L3", "B"]);
    switchLang("en");
    expect(["3F", "B1", "0"].map((floor) => formatFloor(floor, { labelled: true }))).toEqual(["3", "Basement 1", "0"]);
    expect(["3F", "-1", "0", "B1", "站厅层", "Level 2"].map((floor) => formatFloor(floor))).toEqual(["Floor 3", "Basement 1", "Floor 0", "Basement 1", "站厅层", "Level 2"]);
  });
});
