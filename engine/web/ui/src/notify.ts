import { t } from "./words";

const kStored = "vigie.notify";

export function wantsNotify(): boolean {
  return localStorage.getItem(kStored) === "on" && "Notification" in window && Notification.permission === "granted";
}

export function setNotify(on: boolean): void {
  localStorage.setItem(kStored, on ? "on" : "off");
}

/// Asks the reader, if the browser has not asked before.
export async function mayNotify(): Promise<boolean> {
  return "Notification" in window && (await Notification.requestPermission()) === "granted";
}

/// Says that there is an alert, where the page is not in sight: quotes nobody, for it may show on a locked screen.
export function notifyOfAlert(town: string): void {
  if (wantsNotify() && document.visibilityState === "hidden") new Notification(t("profile.alertNote", { town }), { tag: `vigie-${town}` });
}
