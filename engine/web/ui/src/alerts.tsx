import { useState } from "preact/hooks";
import { api, Refused, type Alert, type AlertList } from "./api";
import { focusSoon } from "./focus";
import { shownText } from "./marks";
import { UrgencyBadge } from "./mention_view";
import { address, openMention } from "./route";
import { useMay } from "./town";
import { formatAge, formatClock, t } from "./words";

/// So many are shown before somebody asks for the others: the mentions below stay in sight.
const kFirst = 3;
export const kAlertsPerPage = 50;

/// Critical before high, then newest first: taking charge of one does not move it away.
function byPriority(a: Alert, b: Alert): number {
  const rank = (alert: Alert) => (alert.level === "critical" ? 0 : 1);
  return rank(a) - rank(b) || b.number - a.number;
}

function Deadline({ alert }: { alert: Alert }) {
  if (!alert.deadline_at || alert.state === "closed" || alert.news === "closed") return null;
  const late = new Date(alert.deadline_at).getTime() < Date.now();
  return (
    <span class={late ? "late" : ""}>
      {" "}· {t(late ? "alerts.late" : "alerts.deadline", { at: formatClock(alert.deadline_at) })}
    </span>
  );
}

/// How urgent it is, how it stands, how old it is and until when.
export function AlertHead({ alert }: { alert: Alert }) {
  return (
    <span class="row-head">
      <UrgencyBadge level={alert.level} />
      <span class="muted">
        {t(`alerts.state.${alert.state}`, { by: alert.by ?? "" })} · {formatAge(alert.raised_at)}
        <Deadline alert={alert} />
      </span>
    </span>
  );
}

/// What can be done with it as it stands.
export function AlertButtons({ alert, name, onAct }: { alert: Alert; name: string; onAct: (action: "take" | "close") => void }) {
  return (
    <>
      {alert.state === "new" && <button type="button" aria-label={t("alerts.takeThis", { name })} onClick={() => onAct("take")}>{t("alerts.take")}</button>}
      {alert.state !== "closed" && <button type="button" aria-label={t("alerts.closeThis", { name })} onClick={() => onAct("close")}>{t("alerts.close")}</button>}
    </>
  );
}

interface Props {
  tenant: string;
  list: AlertList;
  total: number;
  onChanged: () => Promise<void>;
  onMore: () => void;
}

/// The alerts that wait, with their two actions.
export function Alerts({ tenant, list, total, onChanged, onMore }: Props) {
  const [expanded, setExpanded] = useState(false);
  const [failure, setFailure] = useState("");
  const mayWork = useMay("work");
  const waiting = [...list.alerts].sort(byPriority);
  const shown = expanded ? waiting : waiting.slice(0, kFirst);
  const others = Math.max(total, waiting.length) - shown.length;
  const untaken = waiting.filter((alert) => alert.state === "new").length;

  const act = async (alert: Alert, action: "take" | "close") => {
    const at = shown.indexOf(alert);
    const neighbour = shown[at + 1] ?? shown[at - 1];
    setFailure("");
    try {
      await api.changeAlert(tenant, alert.number, action);
    } catch (error) {
      setFailure(t(error instanceof Refused && error.status === 409 ? "alerts.alreadyClosed" : "alerts.failed"));
    }
    await onChanged();
    const next = action === "take" ? alert : neighbour;
    focusSoon(`#alert-${next?.number} a`, "#alerts-title");
  };
  const more = () => {
    const first = waiting[shown.length];
    setExpanded(true);
    if (expanded) onMore();
    else if (first) focusSoon(`#alert-${first.number} a`);
  };

  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title" tabIndex={-1}>{t("alerts.title")}</h2>
      <p class="hidden" role="status">{t("alerts.waiting", { count: untaken })}</p>
      {failure && <p class="error" role="alert">{failure}</p>}
      {waiting.length === 0 && <p class="muted">{t("alerts.none")}</p>}
      <ul>
        {shown.map((alert) => {
          const name = alert.headline || alert.subject;
          const link = alert.mention ? address.mention(tenant, alert.mention) : address.town(tenant);
          return (
            <li key={alert.number} id={`alert-${alert.number}`} class={`edge-${alert.level}`}>
              <AlertHead alert={alert} />
              <a href={link} onClick={() => alert.mention && openMention(link)}>
                <b>{name}</b> <bdi class="quote">{shownText(alert.title || alert.quote)}</bdi>
              </a>
              <span class="actions">{mayWork && <AlertButtons alert={alert} name={name} onAct={(action) => void act(alert, action)} />}</span>
            </li>
          );
        })}
      </ul>
      {others > 0 && (!expanded || list.more) && (
        <button type="button" class="more" onClick={more}>{t("alerts.others", { count: others })}</button>
      )}
    </section>
  );
}
