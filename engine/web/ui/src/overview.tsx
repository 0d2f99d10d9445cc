import type { Connector, Summary } from "./api";
import { formatAge, language, t } from "./words";

const kStateIcon = { calm: "●", watch: "◐", tension: "▲", crisis: "⬣" } as const;

/// In these a source shows nothing new, or not all of it. One that has been read to its end (finished) is not blind.
const kBlind = new Set<Connector["state"]>(["waiting", "limited", "retired", "quota_spent", "unauthorised", "disallowed"]);

/// Word and icon together: colour is never the only sign.
export function StateWord({ state }: { state: Summary["state"] }) {
  return <><span aria-hidden="true">{kStateIcon[state]}</span> {t(`band.${state}`)}</>;
}

/// The band (state in words, oldest urgent, blind sources) and the four numbers.
export function Overview({ summary, connectors }: { summary: Summary; connectors: Connector[] }) {
  const blind = connectors.filter((c) => kBlind.has(c.state)).map((c) => c.id);
  const oldest = summary.oldest_urgent_unhandled_at;
  const budget = summary.alert_budget;
  const number = (value: number) => value.toLocaleString(language());
  const numbers: [string, string][] = [
    ["urgentUnhandled", number(summary.urgent_unhandled)],
    ["toHandle", number(summary.open_alerts)],
    ["pastDeadline", number(summary.past_deadline)],
    budget ? ["budget", `${number(budget.told)} / ${number(budget.of)}`] : ["alerts", number(summary.alerts_24h)],
  ];
  return (
    <>
      <div class={`band state-${summary.state}`}>
        <strong><StateWord state={summary.state} /></strong>
        <span>{oldest ? t("band.oldest", { age: formatAge(oldest) }) : t("band.none")}</span>
        <span>{t("numbers.today", { mentions: number(summary.mentions_24h), count: summary.stories_24h })}</span>
        <span>{blind.length > 0 ? t("band.blind", { names: blind.join(", ") }) : t("band.all")}</span>
      </div>
      <dl class="numbers" aria-label={t("numbers.title")}>
        {numbers.map(([name, value]) => (
          <div key={name}><dt>{t(`numbers.${name}`)}</dt><dd>{value}</dd></div>
        ))}
      </dl>
    </>
  );
}
