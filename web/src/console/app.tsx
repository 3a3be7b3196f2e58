// Either the sign-in form or the desk.
import { useEffect } from "preact/hooks";
import { Toasts } from "../shared/components.tsx";
import { DeskView } from "./desk-view.tsx";
import { restore, state } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { t } from "./text.ts";

export function App() {
  useEffect(() => void restore(), []);
  useEffect(() => {
    document.title = t.value.page_title;
  }, [t.value.page_title]);
  return (
    <>
      {state.value === "signed_in" ? <DeskView /> : <SignIn />}
      <Toasts />
    </>
  );
}
