// A session on a phone whose clock is wrong: the token is good for as long as the service says.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../src/shared/api.ts";

const SERVICE_AT = Date.parse("2026-03-01T08:00:00Z");
const HOUR_MS = 3_600_000;

describe("a session", () => {
  let renewals: number;

  beforeEach(() => {
    renewals = 0;
    vi.useFakeTimers();
    vi.stubGlobal("fetch", async () => {
      renewals += 1;
      return Response.json({ token: `t${renewals}`, expires_at: "2026-03-01T20:00:00Z", good_for_s: 12 * 3600, role: "volunteer", subject: "r1", name: "" });
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it.each([-26, 0, 26])("is renewed once in its time by a phone that is %i hours off", async (hours) => {
    vi.setSystemTime(SERVICE_AT + hours * HOUR_MS);
    const api = new Api();
    await api.renew();
    expect(await api.token()).toBe("t1");
    await vi.advanceTimersByTimeAsync(11 * HOUR_MS);
    expect([await api.token(), renewals]).toEqual(["t1", 1]);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect([await api.token(), renewals]).toEqual(["t2", 2]);
  });

  it("is renewed once where the clock is set while it lasts", async () => {
    vi.setSystemTime(SERVICE_AT);
    const api = new Api();
    await api.renew();
    vi.setSystemTime(SERVICE_AT + 26 * HOUR_MS);
    expect(await api.token()).toBe("t2");
    expect(await api.token()).toBe("t2");
    expect(renewals).toBe(2);
  });
});
