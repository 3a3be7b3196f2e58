// The stream of a phone or a console (docs/streams.md): resumes by the last sequence number, keeps answers while the
// connection is away, and connects again by itself. It touches the browser only through `ports`, so tests drive it.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ClientFrame, ServerFrame } from "../generated/stream.ts";

export type StreamState = "idle" | "connecting" | "online" | "waiting" | "signed_out" | "replaced" | "refused";

/** A frame that must arrive: it is kept until the service has answered it. */
export type Kept = Exclude<ClientFrame, { type: "hello" | "ack" | "heartbeat" | "position" | "ping" }>;
export type WithoutId<F> = F extends { id: string } ? Omit<F, "id"> : never;
export type Durable = ServerFrame & { seq: number };
export type Result = Extract<ServerFrame, { type: "result" }>;
export type PositionFrame = Extract<ClientFrame, { type: "position" }>;

export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** What outlives a reload: the last sequence number and the answers that are still to be heard. */
export interface Memory {
  load(): { lastSeq: number; queue: Kept[] };
  save(state: { lastSeq: number; queue: Kept[] }): void;
}

export interface Ports {
  connect(): Socket;
  token(): Promise<string | null>;
  memory: Memory;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
  now(): number;
  random(): number;
  id(): string;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const OPEN_WITHIN_MS = 10_000;
/** While a call is open: a ping this often, the line lost this long after one that nothing answers, and no long pauses. */
const PING_EVERY_MS = 2_000;
const PING_ANSWERED_WITHIN_MS = 4_000;
const LONGEST_WAIT_OF_WATCH_MS = 2_000;
const OPEN_WITHIN_OF_WATCH_MS = 5_000;
/** Closed for good until somebody acts: another role, or the person is gone from the registry; the same person elsewhere. */
const REFUSED = 4403;
const REPLACED = 4409;
const BAD_TOKEN = 4401;
const TOO_OFTEN = 4429;

export class StreamClient {
  readonly #state = signal<StreamState>("idle");
  readonly #waiting = signal(0);
  readonly #reconnectAt = signal<number | null>(null);
  /** Every frame but heartbeats; a durable frame once and in order. */
  onFrame: (frame: ServerFrame) => void = () => undefined;
  /** What the service said about a kept frame. */
  onResult: (sent: Kept, result: Result) => void = () => undefined;
  /** The token was refused: make the next `ports.token()` a new one. */
  onBadToken: () => void = () => undefined;

  #socket: Socket | null = null;
  #lastSeq: number;
  #queue: Kept[];
  #wanted = false;
  #attempt = 0;
  #badTokens = 0;
  #heartbeatMs = 15_000;
  #heardAt = 0;
  #afterMs: number | null = null;
  #retry: unknown = null;
  #beat: unknown = null;
  #openTimer: unknown = null;
  #watched = false;
  #ping: unknown = null;
  /** When a ping went out that nothing has followed yet. */
  #pingedAt: number | null = null;

  constructor(private readonly ports: Ports) {
    const kept = ports.memory.load();
    this.#lastSeq = kept.lastSeq;
    this.#queue = kept.queue;
    this.#waiting.value = this.#queue.length;
  }

  get state(): ReadonlySignal<StreamState> {
    return this.#state;
  }
  /** How many answers the service has not confirmed yet. */
  get waiting(): ReadonlySignal<number> {
    return this.#waiting;
  }
  /** When it tries again, in milliseconds of `ports.now()`. */
  get reconnectAt(): ReadonlySignal<number | null> {
    return this.#reconnectAt;
  }

  start(): void {
    this.#wanted = true;
    if (this.#socket === null) void this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    this.ports.clearTimeout(this.#retry);
    this.#drop();
    this.#state.value = "idle";
  }

  /** The network is back, the page is looked at again: do not wait out the pause. */
  nudge(): void {
    if (!this.#wanted) return;
    if (this.#state.value === "waiting") {
      this.#attempt = 0;
      void this.#connect();
    } else if (this.#state.value === "online" && this.ports.now() - this.#heardAt > 2 * this.#heartbeatMs) {
      this.#lost(1006);
    }
  }

  /** Somebody waits for help: a lost line is to be noticed in seconds, and each try to come back follows soon. */
  watch(on: boolean): void {
    if (on === this.#watched) return;
    this.#watched = on;
    this.#pingedAt = null;
    this.ports.clearTimeout(this.#ping);
    if (!on) return;
    if (this.#state.value === "waiting") this.nudge();
    else if (this.#state.value === "online") this.#keepPinging();
  }

  /** The answers that the service has not confirmed yet, oldest first. */
  kept(): readonly Kept[] {
    return this.#queue;
  }

  /** The service has taken it another way. */
  settle(id: string): void {
    if (!this.#queue.some((one) => one.id === id)) return;
    this.#queue = this.#queue.filter((one) => one.id !== id);
    this.#saved();
  }

  /** Sends when it can; until the service has answered it is kept, over reloads too. Returns the frame's id. */
  send(frame: WithoutId<Kept>, id: string = this.ports.id()): string {
    const kept = { ...frame, id } as Kept;
    if (kept.type === "duty") this.#queue = this.#queue.filter((one) => one.type !== "duty");
    this.#queue.push(kept);
    this.#saved();
    this.#put(kept);
    return kept.id;
  }

  /** Of the moment: lost where the connection is away. */
  sendPosition(frame: Omit<PositionFrame, "type">): boolean {
    return this.#put({ type: "position", ...frame });
  }

  /** Forgets everything, as when another person signs in on this phone. */
  forget(): void {
    this.#lastSeq = 0;
    this.#queue = [];
    this.#saved();
  }

  async #connect(): Promise<void> {
    this.ports.clearTimeout(this.#retry);
    this.#reconnectAt.value = null;
    this.#state.value = "connecting";
    let token: string | null;
    try {
      token = await this.ports.token();
    } catch {
      this.#later();
      return;
    }
    if (!this.#wanted || this.#socket !== null) return;
    if (token === null) {
      this.#state.value = "signed_out";
      return;
    }
    const socket = this.ports.connect();
    this.#socket = socket;
    const within = this.#watched ? OPEN_WITHIN_OF_WATCH_MS : OPEN_WITHIN_MS;
    this.#openTimer = this.ports.setTimeout(() => this.#lost(1006, socket), within);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, last_seq: this.#lastSeq }));
    socket.onmessage = ({ data }) => this.#heard(String(data));
    socket.onclose = ({ code }) => this.#lost(code, socket);
  }

  #heard(text: string): void {
    this.#heardAt = this.ports.now();
    this.#pingedAt = null;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    switch (frame.type) {
      case "heartbeat":
        return;
      case "welcome":
        this.#welcomed(frame);
        break;
      case "reconnect":
        this.#afterMs = frame.after_s * 1000;
        break;
      case "result":
        this.#answered(frame);
        break;
      default:
        if ("seq" in frame && !this.#inOrder(frame)) return;
    }
    this.onFrame(frame);
    if ("seq" in frame) this.#put({ type: "ack", seq: frame.seq });
  }

  #welcomed(frame: Extract<ServerFrame, { type: "welcome" }>): void {
    this.ports.clearTimeout(this.#openTimer);
    this.#attempt = 0;
    this.#badTokens = 0;
    this.#heartbeatMs = frame.heartbeat_s * 1000;
    if (frame.last_seq < this.#lastSeq) {
      // The service came back from a backup and gives those numbers anew.
      this.#lastSeq = frame.last_seq;
      this.#saved();
    }
    this.#state.value = "online";
    for (const kept of this.#queue) this.#put(kept);
    this.#scheduleBeat();
    if (this.#watched) this.#keepPinging();
  }

  #answered(frame: Result): void {
    const sent = this.#queue.find((kept) => kept.id === frame.re);
    if (sent === undefined) return;
    if (frame.code === "try_again") {
      this.ports.setTimeout(() => {
        if (this.#queue.includes(sent)) this.#put(sent);
      }, 2_000);
      return;
    }
    this.#queue = this.#queue.filter((kept) => kept !== sent);
    this.#saved();
    this.onResult(sent, frame);
  }

  #inOrder(frame: Durable): boolean {
    if (frame.seq <= this.#lastSeq) return false;
    this.#lastSeq = frame.seq;
    this.#saved();
    return true;
  }

  #put(frame: ClientFrame): boolean {
    if (this.#socket === null || this.#state.value !== "online") return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #scheduleBeat(): void {
    this.ports.clearTimeout(this.#beat);
    this.#beat = this.ports.setTimeout(() => {
      if (this.ports.now() - this.#heardAt > 2.5 * this.#heartbeatMs) {
        this.#lost(1006);
        return;
      }
      this.#put({ type: "heartbeat" });
      this.#scheduleBeat();
    }, this.#heartbeatMs);
  }

  #keepPinging(): void {
    this.ports.clearTimeout(this.#ping);
    const now = this.ports.now();
    if (this.#pingedAt === null) {
      this.#pingedAt = now;
      this.#put({ type: "ping", id: this.ports.id() });
    } else if (now - this.#pingedAt >= PING_ANSWERED_WITHIN_MS) {
      this.#lost(1006);
      return;
    }
    this.#ping = this.ports.setTimeout(() => this.#keepPinging(), PING_EVERY_MS);
  }

  #lost(code: number, of: Socket | null = this.#socket): void {
    if (of !== null && of !== this.#socket) return;
    this.#drop();
    if (!this.#wanted) return;
    if (code === REFUSED) this.#state.value = "refused";
    else if (code === REPLACED) this.#state.value = "replaced";
    else if (code === BAD_TOKEN && ++this.#badTokens > 2) this.#state.value = "signed_out";
    else {
      if (code === BAD_TOKEN) this.onBadToken();
      if (code === TOO_OFTEN) this.#attempt = Math.max(this.#attempt, 5);
      this.#later();
    }
  }

  #later(): void {
    this.#state.value = "waiting";
    // Half of the pause is chance: phones that lost the service together do not come back together.
    const most = this.#watched ? LONGEST_WAIT_OF_WATCH_MS : LONGEST_WAIT_MS;
    const longest = Math.min(most, FIRST_WAIT_MS * 2 ** this.#attempt++);
    const wait = this.#afterMs ?? longest * (0.5 + this.ports.random() / 2);
    this.#afterMs = null;
    this.#reconnectAt.value = this.ports.now() + wait;
    this.#retry = this.ports.setTimeout(() => void this.#connect(), wait);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#pingedAt = null;
    this.ports.clearTimeout(this.#ping);
    this.ports.clearTimeout(this.#beat);
    this.ports.clearTimeout(this.#openTimer);
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch {
      // A socket that never opened may refuse to be closed.
    }
  }

  #saved(): void {
    this.#waiting.value = this.#queue.length;
    this.ports.memory.save({ lastSeq: this.#lastSeq, queue: this.#queue });
  }
}

/** Remembers in localStorage, under the person's own name: two people on one phone do not share a sequence. */
export function localMemory(key: string): Memory {
  return {
    load() {
      try {
        const kept = JSON.parse(localStorage.getItem(key) ?? "null") as { lastSeq: number; queue: Kept[] } | null;
        return { lastSeq: kept?.lastSeq ?? 0, queue: kept?.queue ?? [] };
      } catch {
        return { lastSeq: 0, queue: [] };
      }
    },
    save(state) {
      try {
        localStorage.setItem(key, JSON.stringify(state));
      } catch {
        // Without storage a reload starts from the beginning; the service sends everything again.
      }
    },
  };
}

/** Remembers nothing: a console reads the present state over HTTP when it opens. */
export function noMemory(): Memory {
  return { load: () => ({ lastSeq: 0, queue: [] }), save: () => undefined };
}

/** Of a frame; unlike any other of this phone. */
export function newId(): string {
  return crypto.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

/** A stream of this page's own service, nudged when the network or the viewer comes back. */
export function openStream(path: "/streams/volunteer" | "/streams/dispatcher", token: Ports["token"], memory: Memory): StreamClient {
  const client = new StreamClient({
    connect: () => new WebSocket(location.origin.replace(/^http/, "ws") + path) as unknown as Socket,
    token,
    memory,
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (handle) => clearTimeout(handle as number),
    now: () => Date.now(),
    random: Math.random,
    id: newId,
  });
  addEventListener("online", () => client.nudge());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && client.nudge());
  return client;
}
