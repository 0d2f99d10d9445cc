import { api, type Alert } from "./api";
import { UrgencyBadge } from "./mention_view";
import { formatAge, t } from "./words";

/// The alerts that wait, newest first, with their two actions.
export function Alerts({ tenant, alerts, onChanged }: { tenant: string; alerts: Alert[]; onChanged: () => void }) {
  const act = async (alert: Alert, action: "take" | "close") => {
    await api.changeAlert(tenant, alert.number, action);
    onChanged();
  };
  const waiting = alerts.filter((alert) => alert.state !== "closed");
  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title">{t("alerts.title")}</h2>
      {waiting.length === 0 && <p class="muted">{t("alerts.none")}</p>}
      <ul>
        {waiting.map((alert) => (
          <li key={alert.number} class={`edge-${alert.level}`}>
            <span class="row-head">
              <UrgencyBadge level={alert.level} />
              <span class="muted">{t(`alerts.state.${alert.state}`)} · {formatAge(alert.raised_at)}</span>
            </span>
            <a href={`#/mention/${alert.mention}`}><b>{alert.subject}</b> <bdi class="quote">{alert.title || alert.quote}</bdi></a>
            <span class="actions">
              {alert.state === "new" && <button type="button" onClick={() => void act(alert, "take")}>{t("alerts.take")}</button>}
              <button type="button" onClick={() => void act(alert, "close")}>{t("alerts.close")}</button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
