// The stream client against a service that the test plays, with a clock of the test's own.
import { beforeEach, describe, expect, it } from "vitest";
import { type Kept, type Socket, StreamClient } from "../src/shared/stream.ts";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.isClosed = true;
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  types(): unknown[] {
    return this.sent.map((frame) => frame["type"]);
  }
}

class World {
  now = 0;
  sockets: FakeSocket[] = [];
  kept: { lastSeq: number; queue: Kept[] } = { lastSeq: 0, queue: [] };
  token: string | null = "t1";
  #timers = new Map<number, { at: number; run: () => void }>();
  #ids = 0;

  client(): StreamClient {
    return new StreamClient({
      connect: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      token: () => Promise.resolve(this.token),
      memory: { load: () => structuredClone(this.kept), save: (state) => (this.kept = structuredClone(state)) },
      setTimeout: (run, ms) => {
        this.#timers.set(++this.#ids, { at: this.now + ms, run });
        return this.#ids;
      },
      clearTimeout: (handle) => void this.#timers.delete(handle as number),
      now: () => this.now,
      random: () => 1,
      id: () => `id${++this.#ids}`,
    });
  }
  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = [...this.#timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.now = next[1].at;
      next[1].run();
      await settled();
    }
    this.now = until;
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const welcome = (last_seq = 0) => ({ type: "welcome", recipient: "volunteer:r", last_seq, heartbeat_s: 10, now: "2026-01-05T08:00:00Z" });
const ended = (seq: number) => ({ type: "alert_ended", seq, at: "2026-01-05T08:00:00Z", alert_id: "a", incident_id: "i", reason: "timed_out", return_aed: false });

let world: World;
let client: StreamClient;

async function online(lastSeq = 0): Promise<void> {
  client.start();
  await settled();
  world.socket.onopen?.();
  world.socket.says(welcome(lastSeq));
}

beforeEach(() => {
  world = new World();
  client = world.client();
});

describe("the stream client", () => {
  it("says hello with the token and where it left off", async () => {
    world.kept = { lastSeq: 41, queue: [] };
    client = world.client();
    await online(41);
    expect(world.socket.sent[0]).toEqual({ type: "hello", token: "t1", last_seq: 41 });
    expect(client.state.value).toBe("online");
  });

  it("acknowledges a durable frame, remembers it, and shows it once", async () => {
    const seen: string[] = [];
    client.onFrame = (frame) => seen.push(frame.type);
    await online();
    world.socket.says(ended(1));
    world.socket.says(ended(1));
    expect(seen).toEqual(["welcome", "alert_ended"]);
    expect(world.socket.sent.at(-1)).toEqual({ type: "ack", seq: 1 });
    expect(world.kept.lastSeq).toBe(1);
  });

  it("takes the service's lower number after a restore from a backup", async () => {
    world.kept = { lastSeq: 41, queue: [] };
    client = world.client();
    const seen: number[] = [];
    client.onFrame = (frame) => "seq" in frame && seen.push(frame.seq);
    await online(7);
    world.socket.says(ended(8));
    expect(seen).toEqual([8]);
  });

  it("keeps an answer while the line is cut and sends it after the reconnection, until it is answered", async () => {
    await online();
    world.socket.onclose?.({ code: 1006 });
    const id = client.send({ type: "accept", alert_id: "a" });
    expect(client.waiting.value).toBe(1);
    await world.pass(600);
    world.socket.onopen?.();
    world.socket.says(welcome());
    expect(world.socket.sent).toContainEqual({ type: "accept", alert_id: "a", id });
    world.socket.says({ type: "result", re: id, ok: true, code: "ok", message: "" });
    expect(client.waiting.value).toBe(0);
    expect(world.kept.queue).toEqual([]);
  });

  it("still holds the answer after the page was loaded anew", async () => {
    client.send({ type: "accept", alert_id: "a" });
    client = world.client();
    await online();
    expect(world.socket.types()).toContain("accept");
  });

  it("says it again when the service could not make it durable", async () => {
    await online();
    const id = client.send({ type: "arrived", alert_id: "a" });
    world.socket.says({ type: "result", re: id, ok: false, code: "try_again", message: "" });
    await world.pass(2_100);
    expect(world.socket.types().filter((type) => type === "arrived")).toHaveLength(2);
  });

  it("keeps only the last switch of duty", async () => {
    client.send({ type: "duty", on: true });
    client.send({ type: "duty", on: false });
    await online();
    expect(world.socket.sent.filter((frame) => frame["type"] === "duty")).toMatchObject([{ on: false }]);
  });

  it("waits longer each time, and at most twenty seconds", async () => {
    await online();
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      world.socket.onclose?.({ code: 1006 });
      const wait = (client.reconnectAt.value ?? 0) - world.now;
      waits.push(wait);
      await world.pass(wait);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000]);
  });

  it("comes back when the service has told it to", async () => {
    await online();
    world.socket.says({ type: "reconnect", after_s: 3.5 });
    world.socket.onclose?.({ code: 1012 });
    expect((client.reconnectAt.value ?? 0) - world.now).toBe(3500);
  });

  it("does not wait out the pause when the network is back", async () => {
    await online();
    world.socket.onclose?.({ code: 1006 });
    client.nudge();
    await settled();
    expect(world.sockets).toHaveLength(2);
  });

  it("hangs up when nothing is heard for two and a half heartbeats", async () => {
    await online();
    const first = world.socket;
    await world.pass(31_000);
    expect(first.types().filter((type) => type === "heartbeat").length).toBeGreaterThan(0);
    expect(first.isClosed).toBe(true);
    expect(world.sockets.length).toBeGreaterThan(1);
  });

  it("notices within six seconds that the line is gone while somebody waits for help, and comes back at once", async () => {
    await online();
    client.watch(true);
    world.socket.says({ type: "result", re: "any", ok: true, code: "ok", message: "" });
    const first = world.socket;
    await world.pass(6_100);
    expect(first.types()).toContain("ping");
    expect(first.isClosed).toBe(true);
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      world.socket.onclose?.({ code: 1006 });
      waits.push((client.reconnectAt.value ?? 0) - world.now);
      await world.pass(waits.at(-1) ?? 0);
    }
    expect(Math.max(...waits)).toBe(2_000);
  });

  it("goes on while its pings are answered, and sends none while nobody waits", async () => {
    await online();
    client.watch(true);
    const socket = world.socket;
    for (let s = 0; s < 20; s++) {
      await world.pass(1_000);
      socket.says({ type: "result", re: "any", ok: true, code: "ok", message: "" });
    }
    expect(socket.isClosed).toBe(false);
    const before = socket.types().filter((type) => type === "ping").length;
    expect(before).toBeGreaterThanOrEqual(9);
    client.watch(false);
    await world.pass(9_000);
    expect(socket.types().filter((type) => type === "ping")).toHaveLength(before);
  });

  it("does not wait out a long pause once somebody waits for help", async () => {
    await online();
    for (let i = 0; i < 6; i++) {
      world.socket.onclose?.({ code: 1006 });
      await world.pass((client.reconnectAt.value ?? 0) - world.now);
    }
    world.socket.onclose?.({ code: 1006 });
    expect((client.reconnectAt.value ?? 0) - world.now).toBeGreaterThan(10_000);
    const before = world.sockets.length;
    client.watch(true);
    await settled();
    expect(world.sockets).toHaveLength(before + 1);
  });

  it("does not send again what the service has taken another way", async () => {
    const id = client.send({ type: "accept", alert_id: "a" }, "x1");
    expect(id).toBe("x1");
    client.settle("x1");
    await online();
    expect(world.socket.types()).not.toContain("accept");
    expect(world.kept.queue).toEqual([]);
  });

  it("stays away when another phone has taken over or the person is not wanted", async () => {
    await online();
    world.socket.onclose?.({ code: 4409 });
    expect(client.state.value).toBe("replaced");
    client.start();
    await settled();
    world.socket.onclose?.({ code: 4403 });
    await world.pass(60_000);
    expect(client.state.value).toBe("refused");
    expect(world.sockets).toHaveLength(2);
  });

  it("asks for another token when one is refused, and gives up when there is none", async () => {
    let asked = 0;
    client.onBadToken = () => asked++;
    await online();
    world.token = null;
    world.socket.onclose?.({ code: 4401 });
    await world.pass(600);
    expect(asked).toBe(1);
    expect(client.state.value).toBe("signed_out");
  });
});
