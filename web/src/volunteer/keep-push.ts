// Keeps the browser's push subscription and the service's record of it one: in the page, and in the worker when the
// browser changes it by itself.

/** As the service's HTTP interface has it; `key` is null where it sends no pushes. */
export interface PushRecord {
  key(): Promise<string | null>;
  store(body: { endpoint: string; keys: { p256dh: string; auth: string } }): Promise<void>;
}

/** Subscribes where there is no subscription or one of another key, and tells the service. False where it sends no pushes. */
export async function keepPush(manager: PushManager, record: PushRecord): Promise<boolean> {
  const key = await record.key();
  if (key === null) return false;
  let here = await manager.getSubscription();
  if (here !== null && !isOf(key, here.options.applicationServerKey)) {
    await here.unsubscribe();
    here = null;
  }
  here ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  const { endpoint, keys } = here.toJSON();
  if (endpoint === undefined || keys?.["p256dh"] === undefined || keys["auth"] === undefined) throw new Error("the browser gave no push keys");
  await record.store({ endpoint, keys: { p256dh: keys["p256dh"], auth: keys["auth"] } });
  return true;
}

/** For the worker, which holds no token: one by the session's cookie. Null where nobody is signed in on this phone. */
export async function recordByCookie(fetch_: typeof fetch): Promise<PushRecord | null> {
  const renewed = await fetch_("/api/session/renew", { method: "POST", credentials: "same-origin" });
  if (renewed.status === 401 || renewed.status === 403) return null;
  const { token } = (await json(renewed)) as { token: string };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    async key() {
      return ((await json(await fetch_("/api/me/push", { headers }))) as { public_key: string | null }).public_key;
    },
    async store(body) {
      const answer = await fetch_("/api/me/push", { method: "PUT", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the subscription was not taken: ${answer.status}`);
    },
  };
}

async function json(answer: Response): Promise<unknown> {
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  return answer.json();
}

/** Where a browser does not tell its key, the subscription is believed; the service forgets one that is refused. */
function isOf(key: string, held: ArrayBuffer | null): boolean {
  if (held === null) return true;
  const [wanted, have] = [bytesOf(key), new Uint8Array(held)];
  return wanted.length === have.length && wanted.every((byte, at) => byte === have[at]);
}

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
