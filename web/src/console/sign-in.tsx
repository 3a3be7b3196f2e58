// The sign-in form, which says clearly why somebody is not let in.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button, Field, Switches } from "../shared/components.tsx";
import {
  asksCode,
  codeAfterProvider,
  otherFault,
  PROVIDER_START,
  provider,
  retryAfterS,
  sendCode,
  signIn,
  state,
  word,
} from "./session.ts";
import { unlock } from "./sounds.ts";
import { t } from "./text.ts";

function whyNot(): string | null {
  if (retryAfterS.value !== null) return t.value.too_many_logins(retryAfterS.value);
  if (otherFault.value !== null) return t.value.unknown_fault(otherFault.value);
  return word.value && t.value[word.value];
}

export function SignIn() {
  const name = useSignal("");
  const password = useSignal("");
  const code = useSignal("");
  const visible = useSignal(false);
  const busy = useSignal(false);
  const nameInput = useRef<HTMLInputElement>(null);
  const codeInput = useRef<HTMLInputElement>(null);
  const restoring = state.value === "restoring";
  useEffect(() => {
    if (!restoring) nameInput.current?.focus();
  }, [restoring]);
  // Also after a wrong code: each is good once, so the next one is another.
  useEffect(() => {
    if (!asksCode.value || busy.value) return;
    code.value = "";
    codeInput.current?.focus();
  }, [asksCode.value, busy.value]);
  const onlyCode = codeAfterProvider.value;
  useEffect(() => {
    if (onlyCode) codeInput.current?.focus();
  }, [onlyCode]);
  const anotherPerson = (): void => {
    asksCode.value = false;
    code.value = "";
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    void unlock();
    busy.value = true;
    const asked = onlyCode ? sendCode(code.value) : signIn(name.value.trim(), password.value, code.value);
    await asked.finally(() => (busy.value = false));
  };
  const why = whyNot();
  return (
    <main class="sign-in-page">
      <div class="sign-in-switches">
        <Switches />
      </div>
      <form class="card sign-in" data-testid="sign-in" onSubmit={(event) => void submit(event)} aria-busy={busy.value || restoring}>
        <p class="sign-in-product">
          <Mark /> {t.value.product}
        </p>
        <h1>{t.value.title}</h1>
        <p class="muted">{restoring ? t.value.restoring : onlyCode ? t.value.code_after_provider : t.value.sign_in_lead}</p>
        {why && (
          <p class="note" data-kind="bad" role="alert" data-testid="error">
            {why}
          </p>
        )}
        {!onlyCode && (
          <>
            <Field label={t.value.account}>
              {(ids) => (
                <input
                  {...ids}
                  ref={nameInput}
                  name="name"
                  autoComplete="username"
                  autoCapitalize="none"
                  spellcheck={false}
                  required
                  value={name.value}
                  onInput={(event) => {
                    name.value = event.currentTarget.value;
                    anotherPerson();
                  }}
                />
              )}
            </Field>
            <Field label={t.value.password}>
              {(ids) => (
                <input
                  {...ids}
                  name="password"
                  type={(visible.value ? "text" : "password") as "password"}
                  autoComplete="current-password"
                  required
                  value={password.value}
                  onInput={(event) => (password.value = event.currentTarget.value)}
                />
              )}
            </Field>
            <label class="check">
              <input type="checkbox" checked={visible.value} onChange={(event) => (visible.value = event.currentTarget.checked)} />
              {t.value.show_password}
            </label>
          </>
        )}
        {(asksCode.value || onlyCode) && (
          <Field label={t.value.app_code} hint={t.value.app_code_hint}>
            {(ids) => (
              <input
                {...ids}
                ref={codeInput}
                name="code"
                autoComplete="one-time-code"
                autoCapitalize="none"
                spellcheck={false}
                required
                value={code.value}
                onInput={(event) => (code.value = event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <Button type="submit" kind="primary" wide data-testid="sign-in-submit" disabled={busy.value || restoring}>
          {busy.value ? t.value.signing_in : t.value.sign_in}
        </Button>
        {provider.value !== null && (
          <a class="button" data-kind="plain" data-size="normal" data-wide="" href={PROVIDER_START} data-testid="sign-in-provider">
            {t.value.sign_in_with(provider.value)}
          </a>
        )}
      </form>
    </main>
  );
}

/** The sign of whoever runs the service; ours where they have none. */
export function Mark() {
  return <img class="mark" src="/emblem" width="26" height="26" alt="" />;
}
