// Who sits at the console: restored by the cookie, begun by a password, ended by either side.
import { signal } from "@preact/signals";
import { api, type Session } from "../shared/api.ts";
import { ApiError } from "../shared/errors.ts";
import { forgetAll } from "./desk.ts";
import * as live from "./live.ts";

type State = "restoring" | "signed_out" | "signed_in";
export type SignInWord = "wrong_login" | "not_a_dispatcher" | "session_expired" | "service_unreachable" | null;

export const state = signal<State>("restoring");
/** What the sign-in form must say. */
export const word = signal<SignInWord>(null);
export const retryAfterS = signal<number | null>(null);
export const otherFault = signal<string | null>(null);

const MAY = new Set(["dispatcher", "admin"]);

export async function restore(): Promise<void> {
  api.onSessionEnd = ended;
  try {
    const session = await api.renew();
    if (session) begin(session);
    else state.value = "signed_out";
  } catch {
    state.value = "signed_out";
    word.value = "service_unreachable";
  }
}

/** The cookie no longer renews the session. */
function ended(): void {
  const wasIn = state.value === "signed_in";
  live.stop();
  forgetAll();
  state.value = "signed_out";
  word.value = wasIn ? "session_expired" : null;
}

function begin(session: Session): void {
  if (!MAY.has(session.role)) {
    word.value = "not_a_dispatcher";
    state.value = "signed_out";
    return;
  }
  word.value = null;
  state.value = "signed_in";
  live.start();
}

export async function signIn(name: string, password: string): Promise<void> {
  word.value = null;
  retryAfterS.value = null;
  otherFault.value = null;
  try {
    const session = await api.post("/api/session", { body: { name, password } });
    api.take(session);
    begin(session);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) word.value = "wrong_login";
    else if (error.status === 0 || error.status === 503) word.value = "service_unreachable";
    else if (error.status === 429) retryAfterS.value = error.retryAfterS ?? 30;
    else otherFault.value = error.code;
  }
}

export async function leave(): Promise<void> {
  live.stop();
  forgetAll();
  state.value = "signed_out";
  word.value = null;
  await api.signOut().catch(() => undefined);
}
