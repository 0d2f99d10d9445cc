import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./words";

const kStored = "vigie.shortcuts";
const kKeys = ["g", "j", "k", "Enter", "p", "s", "l", "n", "m", "f", "z", "x", "+", "0", "-", "u", "w", "/", "?"] as const;

export function shortcutsAreOn(): boolean {
  return localStorage.getItem(kStored) !== "off";
}

/// Whether a key stroke is meant for the page and not for what has the focus.
export function isShortcut(event: KeyboardEvent): boolean {
  const ticking = event.target instanceof HTMLInputElement && (event.target.type === "checkbox" || event.target.type === "radio");
  const typing = (event.target instanceof HTMLInputElement && !ticking) || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
  return shortcutsAreOn() && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]");
}

/// Turns the keys off and on: somebody who dictates would press them by speaking.
export function ShortcutSwitch() {
  const [on, setOn] = useState(shortcutsAreOn);
  const turn = (wanted: boolean) => {
    localStorage.setItem(kStored, wanted ? "on" : "off");
    setOn(wanted);
  };
  return <label class="check"><input type="checkbox" checked={on} onChange={(e) => turn(e.currentTarget.checked)} /> {t("keys.on")}</label>;
}

/// The button that explains the keys.
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "?" && isShortcut(event)) dialog.current?.showModal();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button type="button" class="link" onClick={() => dialog.current?.showModal()}>{t("keys.title")}</button>
      <dialog ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">{t("keys.title")}</h2>
        <dl class="keys">
          {kKeys.map((key) => (
            <div key={key}><dt><kbd>{key === "Enter" ? t("keys.enter") : key}</kbd></dt><dd>{t(`keys.does.${key}`)}</dd></div>
          ))}
        </dl>
        <ShortcutSwitch />
        <form method="dialog"><button class="primary">{t("keys.close")}</button></form>
      </dialog>
    </>
  );
}
