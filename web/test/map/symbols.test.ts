import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SYMBOLS } from "../../src/map/symbols.ts";

const isRed = (colour: string | undefined): boolean => {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour?.slice(at, at + 2) || "0", 16)) as [number, number, number];
  return r > 150 && g < 90 && b < 90;
};
const isWhite = (colour: string | undefined): boolean => colour === "#ffffff";

describe("the map's symbols", () => {
  // The emblem of the Geneva Conventions is a red cross on white; where nothing red stands on white there is none.
  it("show nothing red on white", () => {
    for (const [name, strokes] of Object.entries(SYMBOLS)) {
      const ground = strokes.findIndex(({ fill }) => isWhite(fill));
      const above = ground < 0 ? [] : strokes.slice(ground + 1);
      expect(above.filter(({ fill, stroke }) => isRed(fill) || isRed(stroke)), name).toEqual([]);
    }
  });

  it("mark an AED that can be taken with a white heart on green, as ISO 7010 E010 does", () => {
    const [square, heart, bolt] = SYMBOLS.aed_yes;
    expect([heart?.fill, bolt?.fill]).toEqual(["#ffffff", square?.fill]);
  });

  it("are told apart by their shape, whatever the colours", () => {
    const shapes = Object.values(SYMBOLS).map((strokes) => strokes.map(({ path, fill }) => `${path}${fill === undefined ? "" : "filled"}`).join());
    const alike = new Set(["direct", "alerted", "closed", "self"]);
    const names = Object.keys(SYMBOLS).filter((name) => !alike.has(name));
    expect(new Set(names.map((name) => shapes[Object.keys(SYMBOLS).indexOf(name)])).size).toBe(names.length);
  });
});

describe("the service's own sign", () => {
  it("is a heart and a bolt in a ring", () => {
    const icon = readFileSync(new URL("../../public/icon.svg", import.meta.url), "utf8");
    expect(icon).not.toMatch(/cross/i);
    expect(icon.match(/<(circle|path)/g)).toEqual(["<circle", "<path", "<path"]);
  });
});
