// Joining: the invitation, then the consent in plain words.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Schemas } from "../../shared/api.ts";
import { Button, Field, toast } from "../../shared/components.tsx";
import { ApiError, wordingOf } from "../../shared/errors.ts";
import { lang } from "../../shared/i18n.ts";
import { entered, invitation, refreshMe, refuseInvitation } from "../app.ts";
import { sessionState } from "../mission.ts";
import { words } from "../words.ts";
import { HeartIcon, Page } from "./parts.tsx";

export function WelcomeScreen() {
  const { welcome } = words.value;
  const text = useSignal("");
  const over = sessionState.value === "over";
  const submit = (event: Event) => {
    event.preventDefault();
    const code = (/#join=([^\s&]+)/.exec(text.value)?.[1] ?? text.value).trim();
    if (code !== "") invitation.value = decodeURIComponent(code);
  };
  return (
    <Page title={words.value.appName} back={false} heading={false}>
      <div class="hero">
        <HeartIcon size={72} />
        <h1 tabIndex={-1}>{over ? welcome.over : welcome.title}</h1>
        <p>{over ? welcome.overLead : welcome.lead}</p>
      </div>
      <form class="card stack" onSubmit={submit}>
        <p>{welcome.invited}</p>
        <Field label={welcome.code}>
          {(ids) => (
            <input {...ids} data-testid="join-code" autoComplete="off" autoCapitalize="none" spellcheck={false} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
          )}
        </Field>
        <Button kind="primary" size="big" type="submit" wide data-testid="join-submit">
          {welcome.next}
        </Button>
      </form>
      <a class="button" href="/map/" data-wide="">
        {welcome.aeds}
      </a>
    </Page>
  );
}

type Consent = Schemas["ConsentView"];

export function ConsentScreen() {
  const { consent, retry } = words.value;
  const text = useSignal<Consent | null>(null);
  const error = useSignal<unknown>(null);
  const busy = useSignal(false);
  const again = invitation.value === null;

  const load = async () => {
    error.value = null;
    try {
      text.value = await api.get("/api/consent", {});
    } catch (problem) {
      error.value = problem;
    }
  };
  useEffect(() => void load(), []);

  const accept = async () => {
    if (text.value === null) return;
    busy.value = true;
    error.value = null;
    const consent_version = text.value.version;
    try {
      if (again) {
        await api.post("/api/me/consent", { body: { consent_version } });
        await refreshMe();
      } else {
        const session = await api.post("/api/join", { body: { code: invitation.value ?? "", consent_version } });
        api.take(session);
        entered(session);
      }
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === "consent_outdated") await load();
      error.value = problem;
    } finally {
      busy.value = false;
    }
  };
  const refuse = () => {
    refuseInvitation();
    toast(consent.refused);
  };

  const shown = text.value?.[lang.value];
  return (
    <Page title={again ? consent.again : (shown?.title ?? consent.title)} back={false}>
      {again && <p>{consent.againLead}</p>}
      {shown === undefined && error.value === null && <p class="muted">{consent.loading}</p>}
      {shown !== undefined && (
        <ol class="card steps consent prose" data-testid="consent-text">
          {shown.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ol>
      )}
      {error.value !== null && (
        <p class="note" data-kind="bad" role="alert" data-testid="error">
          {wordingOf(error.value)}
        </p>
      )}
      <div class="bottom-actions">
        {shown === undefined ? (
          error.value !== null && (
            <Button size="big" wide onClick={() => void load()}>
              {retry}
            </Button>
          )
        ) : (
          <Button kind="go" size="big" wide data-testid="consent-accept" disabled={busy.value} onClick={() => void accept()}>
            {busy.value ? consent.joining : consent.accept}
          </Button>
        )}
        {!again && (
          <Button wide data-testid="consent-refuse" onClick={refuse}>
            {consent.refuse}
          </Button>
        )}
      </div>
    </Page>
  );
}
