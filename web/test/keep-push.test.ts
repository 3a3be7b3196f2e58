// The push subscription of a browser that a test plays, and what the service is told of it.
import { describe, expect, it } from "vitest";
import { bytesOf, keepPush, type PushRecord, recordByCookie } from "../src/volunteer/keep-push.ts";

const KEY = "BAkk";
const OTHER = "BBkk";

class FakeManager {
  held: string | null = null;
  made = 0;
  constructor(public endpoint: string | null = null) {
    this.held = endpoint === null ? null : KEY;
  }
  getSubscription() {
    return Promise.resolve(this.endpoint === null ? null : this.subscription());
  }
  subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array }) {
    this.endpoint = `https://push.example/${++this.made}`;
    this.held = btoa(String.fromCharCode(...applicationServerKey));
    return Promise.resolve(this.subscription());
  }
  subscription() {
    return {
      options: { applicationServerKey: bytesOf(this.held ?? "").buffer },
      toJSON: () => ({ endpoint: this.endpoint, keys: { p256dh: "p", auth: "a" } }),
      unsubscribe: () => {
        this.endpoint = null;
        return Promise.resolve(true);
      },
    };
  }
  get manager(): PushManager {
    return this as unknown as PushManager;
  }
}

const recordOf = (key: string | null) => {
  const stored: string[] = [];
  const record: PushRecord = { key: () => Promise.resolve(key), store: ({ endpoint }) => Promise.resolve(void stored.push(endpoint)) };
  return { stored, record };
};

describe("the push subscription", () => {
  it("is told again as it is, so that one which the browser has changed is noticed", async () => {
    const { stored, record } = recordOf(KEY);
    expect(await keepPush(new FakeManager("https://push.example/rotated").manager, record)).toBe(true);
    expect(stored).toEqual(["https://push.example/rotated"]);
  });
  it("is made anew where it is gone or of another key", async () => {
    for (const manager of [new FakeManager(), new FakeManager("https://push.example/old")]) {
      const { stored, record } = recordOf(OTHER);
      await keepPush(manager.manager, record);
      expect(stored).toEqual(["https://push.example/1"]);
      expect(manager.held).toBe(OTHER);
    }
  });
  it("is not made where the service sends no pushes", async () => {
    const manager = new FakeManager();
    expect(await keepPush(manager.manager, recordOf(null).record)).toBe(false);
    expect(manager.made).toBe(0);
  });
  it("is told by the worker with the session's cookie, and by nobody after signing out", async () => {
    const told: string[] = [];
    const service = (status: number) => (async (path: string, init?: RequestInit) => {
      told.push(`${init?.method ?? "GET"} ${path} ${(init?.headers as Record<string, string> | undefined)?.["authorization"] ?? ""}`.trim());
      if (path === "/api/session/renew") return Response.json({ token: "t" }, { status });
      return Response.json({ public_key: KEY });
    }) as typeof fetch;
    const record = await recordByCookie(service(200));
    await keepPush(new FakeManager("https://push.example/new").manager, record as PushRecord);
    expect(told).toEqual(["POST /api/session/renew", "GET /api/me/push Bearer t", "PUT /api/me/push Bearer t"]);
    expect(await recordByCookie(service(401))).toBeNull();
  });
});
