import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { rememberDatum, rememberedDatum } from "../../src/console/remembered-datum.ts";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
});
afterEach(() => vi.unstubAllGlobals());

describe("the datum of a desk", () => {
  it("is nobody's guess until somebody has said it", () => {
    expect(rememberedDatum()).toBeNull();
    rememberDatum("gcj02");
    expect(rememberedDatum()).toBe("gcj02");
  });

  it("is asked for again where what was kept is none", () => {
    kept.set("rescue.console.datum", "utm");
    expect(rememberedDatum()).toBeNull();
  });

  it("is asked for each time where nothing can be kept", () => {
    vi.stubGlobal("localStorage", {
      getItem: () => {
        throw new Error("denied");
      },
      setItem: () => {
        throw new Error("denied");
      },
    });
    expect(() => rememberDatum("gcj02")).not.toThrow();
    expect(rememberedDatum()).toBeNull();
  });
});
