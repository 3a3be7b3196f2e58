// The service's HTTP interface, typed by its own OpenAPI document. The token lives in memory only; the session is
// renewed by an HttpOnly cookie that no script can read.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { components, paths } from "../generated/api.ts";
import { ApiError } from "./errors.ts";

export type Schemas = components["schemas"];
export type Method = "get" | "put" | "post" | "delete" | "patch";

export type Session = Schemas["Session"];

type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M & keyof paths[P]]>;
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: infer O } ? (O extends object ? P : never) : never;
}[keyof paths];
type Parameters_<O, K extends string> = O extends { parameters: { [key in K]: infer V } } ? V : never;
type BodyOf<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;
type Good = 200 | 201 | 202;
type JsonOf<R> = R extends { content: { "application/json": infer J } } ? J : undefined;
type AnswerOf<O> = O extends { responses: infer R } ? JsonOf<R[Good & keyof R]> : never;
type Given<K extends string, V> = [V] extends [never] ? unknown : undefined extends V ? { [key in K]?: V } : { [key in K]: V };
type Options<O> = Given<"path", Parameters_<O, "path">> &
  Given<"query", Parameters_<O, "query"> extends never ? (O extends { parameters: { query?: infer Q } } ? Q | undefined : never) : Parameters_<O, "query">> &
  Given<"body", BodyOf<O>> & { signal?: AbortSignal };

interface Request_ {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

const RENEW_BEFORE_MS = 60_000;
const TIMEOUT_MS = 15_000;

export class Api {
  readonly #session = signal<Session | null>(null);
  #renewing: Promise<Session | null> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** By this phone's clock, which may be wrong by days: only what has passed since is asked of it. */
  #takenAt = 0;
  /** Called when the session has ended for good: the cookie no longer renews it. */
  onSessionEnd: (() => void) | null = null;

  constructor(private readonly base = "") {}

  get session(): ReadonlySignal<Session | null> {
    return this.#session;
  }

  get<P extends PathsWith<"get"> & string>(path: P, options: Options<Operation<P, "get">>) {
    return this.raw<AnswerOf<Operation<P, "get">>>("get", path, options as Request_);
  }
  post<P extends PathsWith<"post"> & string>(path: P, options: Options<Operation<P, "post">>) {
    return this.raw<AnswerOf<Operation<P, "post">>>("post", path, options as Request_);
  }
  put<P extends PathsWith<"put"> & string>(path: P, options: Options<Operation<P, "put">>) {
    return this.raw<AnswerOf<Operation<P, "put">>>("put", path, options as Request_);
  }
  delete<P extends PathsWith<"delete"> & string>(path: P, options: Options<Operation<P, "delete">>) {
    return this.raw<AnswerOf<Operation<P, "delete">>>("delete", path, options as Request_);
  }

  /** One request whose shape the caller vouches for: for what the contract does not hold yet. Prefer get, post, put, delete. */
  async raw<T>(method: Method, path: string, options: Request_ = {}): Promise<T> {
    const url = this.base + filled(path, options.path ?? {}) + queryOf(options.query ?? {});
    let response = await this.#fetch(method, url, options);
    if (response.status === 401 && this.#session.value !== null && (await this.renew()) !== null) {
      response = await this.#fetch(method, url, options);
    }
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
    throw await errorOf(response);
  }

  /** A session that was just given (join, sign-in). */
  take(session: Session): void {
    this.#session.value = session;
    this.#takenAt = Date.now();
    clearTimeout(this.#timer);
    const inMs = Math.max(5_000, session.good_for_s * 1000 - RENEW_BEFORE_MS);
    this.#timer = setTimeout(() => void this.renew().catch(() => undefined), Math.min(inMs, 2_000_000_000));
  }

  /** A new token by the cookie; null where the session is over. Throws ApiError where the service cannot be asked. */
  renew(): Promise<Session | null> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<Session | null> {
    const response = await this.#fetch("post", `${this.base}/api/session/renew`, {}, false);
    if (response.ok) {
      this.take((await response.json()) as Session);
      return this.#session.value;
    }
    if (response.status === 401 || response.status === 403 || response.status === 404) {
      this.#forget();
      this.onSessionEnd?.();
      return null;
    }
    throw await errorOf(response);
  }

  /** A token that is good for a while yet, for the stream's hello; null where the session is over. */
  async token(): Promise<string | null> {
    const session = this.#session.value;
    if (session !== null && session.good_for_s * 1000 - (Date.now() - this.#takenAt) > 15_000) return session.token;
    return (await this.renew())?.token ?? null;
  }

  async signOut(): Promise<void> {
    await this.raw("delete", "/api/session");
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#session.value = null;
  }

  async #fetch(method: Method, url: string, options: Request_, withToken = true): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    const token = this.#session.value?.token;
    if (withToken && token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const init: RequestInit = { method: method.toUpperCase(), headers, credentials: "same-origin", cache: "no-store" };
    if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    const late = AbortSignal.timeout(TIMEOUT_MS);
    init.signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    try {
      return await fetch(url, init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0, "unreachable", String(error));
    }
  }
}

function filled(path: string, values: Record<string, string | number>): string {
  return path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(values[name] ?? "")));
}

function queryOf(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get("retry-after"));
  const retryAfterS = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const { code, message } = (await response.json()) as { code?: string; message?: string };
    return new ApiError(response.status, code ?? `http_${response.status}`, message ?? "", retryAfterS);
  } catch {
    return new ApiError(response.status, `http_${response.status}`, "", retryAfterS);
  }
}

export const api = new Api();
