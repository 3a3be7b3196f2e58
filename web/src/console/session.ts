// Who sits at the console: restored by the cookie, begun by a password, ended by either side.
import { signal } from "@preact/signals";
import { api, type Session } from "../shared/api.ts";
import { ApiError } from "../shared/errors.ts";
import { forgetAll } from "./desk.ts";
import * as live from "./live.ts";

type State = "restoring" | "signed_out" | "signed_in";
type Refused = "wrong_login" | "wrong_code" | "app_needed" | "not_a_dispatcher" | ProviderWord;
type ProviderWord =
  | "provider_away"
  | "provider_wrong"
  | "provider_clock"
  | "provider_said_no"
  | "sign_in_stale"
  | "not_known_here"
  | "role_withdrawn"
  | "account_disabled";
export type SignInWord = Refused | "session_expired" | "service_unreachable" | null;

export const state = signal<State>("restoring");
/** What the sign-in form must say. */
export const word = signal<SignInWord>(null);
/** The password was right, and the account has an authenticator app. */
export const asksCode = signal(false);
export const retryAfterS = signal<number | null>(null);
export const otherFault = signal<string | null>(null);

/** The provider at which desks may sign in as well, as the settings call it. */
export const provider = signal<string | null>(null);
/** The provider has told who it is, and the account asks for a code of its app as well. */
export const codeAfterProvider = signal(false);

export const PROVIDER_START = "/api/session/provider/start";
const LED_BACK = /^#sign-in=([a-z_]{1,40})$/;

/** What the service says of the way back from the provider: a word of ours, and only one that we know. */
const PROVIDER_WORDS: Record<string, SignInWord> = {
  provider_away: "provider_away",
  provider_wrong: "provider_wrong",
  provider_clock: "provider_clock",
  provider_said_no: "provider_said_no",
  sign_in_stale: "sign_in_stale",
  not_known_here: "not_known_here",
  role_withdrawn: "role_withdrawn",
  account_disabled: "account_disabled",
  totp_not_enrolled: "app_needed",
  database_away: "service_unreachable",
};

const MAY = new Set(["dispatcher", "admin"]);

export async function restore(): Promise<void> {
  api.onSessionEnd = ended;
  void findProvider();
  const ledBack = takeWord();
  try {
    const session = await api.renew();
    if (session) begin(session);
    else {
      state.value = "signed_out";
      sayLedBack(ledBack);
    }
  } catch {
    state.value = "signed_out";
    word.value = "service_unreachable";
  }
}

async function findProvider(): Promise<void> {
  // Without an answer there is still the password.
  provider.value = (await api.get("/api/session/provider", {}).catch(() => null))?.name ?? null;
}

/** Taken out of the address at once, so that loading the page anew says nothing that is over. */
function takeWord(): string | null {
  const led = LED_BACK.exec(location.hash)?.[1] ?? null;
  if (led !== null) history.replaceState(null, "", location.pathname);
  return led;
}

function sayLedBack(led: string | null): void {
  if (led === null) return;
  if (led === "code_wanted") codeAfterProvider.value = true;
  else if (led === "too_many_sign_ins" || led === "too_many_requests") retryAfterS.value = 60;
  else if (PROVIDER_WORDS[led]) word.value = PROVIDER_WORDS[led];
  else otherFault.value = led;
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
  codeAfterProvider.value = false;
  state.value = "signed_in";
  live.start();
}

export function signIn(name: string, password: string, code: string): Promise<void> {
  return tried(() => api.post("/api/session", { body: { name, password, code } }));
}

/** The second half of a sign-in that the provider began. */
export function sendCode(code: string): Promise<void> {
  return tried(() => api.post("/api/session/provider/code", { body: { code } }));
}

async function tried(ask: () => Promise<Session>): Promise<void> {
  word.value = null;
  retryAfterS.value = null;
  otherFault.value = null;
  try {
    const session = await ask();
    api.take(session);
    begin(session);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "totp_required") asksCode.value = true;
    else if (error.code === "totp_not_enrolled") word.value = "app_needed";
    else if (error.code === "sign_in_stale" || error.code === "account_disabled") beginAnew(error.code);
    else if (error.status === 401) word.value = error.code === "totp_wrong" ? "wrong_code" : "wrong_login";
    else if (error.status === 0 || error.status === 503) word.value = "service_unreachable";
    else if (error.status === 429) retryAfterS.value = error.retryAfterS ?? 30;
    else otherFault.value = error.code;
  }
}

function beginAnew(why: ProviderWord): void {
  codeAfterProvider.value = false;
  word.value = why;
}

export async function leave(): Promise<void> {
  live.stop();
  forgetAll();
  state.value = "signed_out";
  word.value = null;
  await api.signOut().catch(() => undefined);
}
