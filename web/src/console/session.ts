// Who sits at the console: restored by the cookie, begun by a password, ended by either side.
import { signal } from "@preact/signals";
import { api, type Session } from "../shared/api.ts";
import { ApiError } from "../shared/errors.ts";
import { forgetAll } from "./desk.ts";
import * as live from "./live.ts";

type State = "restoring" | "signed_out" | "signed_in";
type Refused = "wrong_login" | "wrong_code" | "app_needed" | "not_a_dispatcher";
export type SignInWord = Refused | "session_expired" | "service_unreachable" | null;

export const state = signal<State>("restoring");
/** What the sign-in form must say. */
export const word = signal<SignInWord>(null);
/** The password was right, and the account has an authenticator app. */
export const asksCode = signal(false);
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
  asksCode.value = false;
  state.value = "signed_in";
  live.start();
}

export async function signIn(name: string, password: string, code: string): Promise<void> {
  word.value = null;
  retryAfterS.value = null;
  otherFault.value = null;
  try {
    const session = await api.post("/api/session", { body: { name, password, code } });
    api.take(session);
    begin(session);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "totp_required") asksCode.value = true;
    else if (error.code === "totp_not_enrolled") word.value = "app_needed";
    else if (error.status === 401) word.value = error.code === "totp_wrong" ? "wrong_code" : "wrong_login";
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
