import { describe, expect, it } from "vitest";
import { holdBack } from "../src/volunteer/hold-back.ts";

describe("Back on an alarm that nobody has touched yet", () => {
  it("is held however often it comes, and free again afterwards", () => {
    const open: Fake[] = [];
    class Fake {
      onclose: (() => void) | null = null;
      constructor() {
        open.push(this);
      }
      destroy(): void {
        open.splice(open.indexOf(this), 1);
      }
    }
    const back = () => open.splice(0, 1).forEach((one) => one.onclose?.());
    const release = holdBack(Fake);
    for (let i = 0; i < 3; i++) back();
    expect(open).toHaveLength(1);
    release();
    expect(open).toEqual([]);
  });

  it("is left alone where the browser has no close watchers", () => {
    expect(() => holdBack(undefined)()).not.toThrow();
  });
});
