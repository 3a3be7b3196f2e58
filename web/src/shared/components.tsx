// The few parts that every page uses.
import { signal } from "@preact/signals";
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { dictionary, lang, switchLang } from "./i18n.ts";
import { switchTheme, theme } from "./theme.ts";

const words = dictionary(
  { otherLang: "EN", otherLangLabel: "EN, switch to English", dark: "改用深色", light: "改用浅色", close: "关闭", required: "必填" },
  { otherLang: "中", otherLangLabel: "中，切换到中文", dark: "Dark theme", light: "Light theme", close: "Close", required: "required" },
);

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "size"> & {
  kind?: "plain" | "primary" | "go" | "quiet";
  size?: "small" | "normal" | "big";
  wide?: boolean;
};

export function Button({ kind = "plain", size = "normal", wide = false, type = "button", class: extra, ...rest }: ButtonProps) {
  const names = extra === undefined ? "button" : `button ${String(extra)}`;
  return <button {...rest} type={type} class={names} data-kind={kind} data-size={size} data-wide={wide ? "" : undefined} />;
}

export function LangSwitch() {
  return (
    <Button data-testid="lang-switch" kind="quiet" size="small" aria-label={words.value.otherLangLabel} lang={lang.value === "zh" ? "en" : "zh-CN"} onClick={() => switchLang()}>
      {words.value.otherLang}
    </Button>
  );
}

export function ThemeSwitch() {
  const label = theme.value === "light" ? words.value.dark : words.value.light;
  return (
    <Button data-testid="theme-switch" kind="quiet" size="small" aria-label={label} title={label} onClick={() => switchTheme()}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">
        {theme.value === "light" ? (
          <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z" stroke-linejoin="round" />
        ) : (
          <path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19" />
        )}
      </svg>
    </Button>
  );
}

export function Switches() {
  return (
    <div class="switches">
      <LangSwitch />
      <ThemeSwitch />
    </div>
  );
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | null | undefined;
  /** The control; it gets the id that the label names. */
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ComponentChildren;
}

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean } = { id };
  if (hint || error) ids["aria-describedby"] = `${id}-about`;
  if (error) ids["aria-invalid"] = true;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(ids)}
      {(hint || error) && (
        <div id={`${id}-about`} class={error ? "field-error" : "field-hint"} role={error ? "alert" : undefined}>
          {error || hint}
        </div>
      )}
    </div>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons, the main one last. */
  actions?: ComponentChildren;
}

/** Modal while it is rendered; Escape closes it and the focus goes back to where it was. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <div class="dialog-actions">{actions ?? <Button onClick={onClose}>{words.value.close}</Button>}</div>
    </dialog>
  );
}

interface ToastItem {
  id: number;
  text: string;
  kind: "plain" | "bad";
}
const toasts = signal<ToastItem[]>([]);
let nextToast = 1;

/** A short word that goes away by itself and is read out. */
export function toast(text: string, kind: ToastItem["kind"] = "plain", forMs = 6000): void {
  const id = nextToast++;
  toasts.value = [...toasts.value, { id, text, kind }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((item) => item.id !== id);
  }, forMs);
}

/** Once on each page. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((item) => (
        <div key={item.id} class="toast" data-kind={item.kind}>
          {item.text}
        </div>
      ))}
    </div>
  );
}
