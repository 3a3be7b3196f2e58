import { useSignal } from "@preact/signals";
import { Button, Dialog, toast } from "../../shared/components.tsx";
import { wordingOf } from "../../shared/errors.ts";
import { formatDateTime } from "../../shared/i18n.ts";
import { me, signOut, withdrawConsent } from "../app.ts";
import { installable, installed, isIos } from "../install.ts";
import { pushState, subscribe, unsubscribe } from "../notices.ts";
import { words } from "../words.ts";
import { Page } from "./parts.tsx";

export function SettingsScreen() {
  const { settings, cancel, confirm } = words.value;
  const asking = useSignal<"leave" | "withdraw" | null>(null);
  const volunteer = me.value?.volunteer;
  const prompt = installable.value;
  const failed = (error: unknown) => toast(wordingOf(error), "bad");
  return (
    <Page title={settings.title}>
      {prompt !== null && (
        <Button kind="primary" wide onClick={() => void prompt.prompt()}>
          {settings.install}
        </Button>
      )}
      {prompt === null && isIos() && !installed() && <p class="note">{settings.installIos}</p>}
      {pushState.value === "off" && (
        <Button wide onClick={() => void subscribe().catch(failed)}>
          {settings.push}
        </Button>
      )}
      {pushState.value === "on" && (
        <Button wide onClick={() => void unsubscribe().catch(failed)}>
          {settings.pushOff}
        </Button>
      )}
      {volunteer?.consented_at && <p class="muted">{settings.consented(String(volunteer.consent_version ?? ""), formatDateTime(volunteer.consented_at))}</p>}
      <Button wide data-testid="leave" onClick={() => (asking.value = "leave")}>
        {settings.leave}
      </Button>
      <Button wide data-testid="withdraw" onClick={() => (asking.value = "withdraw")}>
        {settings.withdraw}
      </Button>
      {asking.value !== null && (
        <Dialog
          title={asking.value === "leave" ? settings.leave : settings.withdraw}
          onClose={() => (asking.value = null)}
          actions={
            <>
              <Button onClick={() => (asking.value = null)}>{cancel}</Button>
              <Button kind="primary" data-testid="confirm" onClick={() => void (asking.value === "leave" ? signOut() : withdrawConsent())}>
                {confirm}
              </Button>
            </>
          }
        >
          <p>{asking.value === "leave" ? settings.leaveLead : settings.withdrawLead}</p>
        </Dialog>
      )}
    </Page>
  );
}
