import { useEffect, useState } from "preact/hooks";
import { formatNumber } from "./figure";
import { figuresApi, type PublicWeek, type PublicWeeks } from "./figures_api";
import { formatDay, t } from "./words";

const kRefreshMs = 3_600_000;
const kTones = ["negative", "neutral", "positive"] as const;

function count(value: number | null) {
  return value === null ? <span class="muted">{t("kiosk.secret")}</span> : formatNumber(value);
}

function Week({ town, week }: { town: string; week: PublicWeek }) {
  const title = t("kiosk.week", { from: formatDay(Date.parse(week.from)), to: formatDay(Date.parse(week.to)) });
  const rows = [...week.rows].sort((a, b) => Number(b.is_total) - Number(a.is_total) || (b.all ?? -1) - (a.all ?? -1));
  return (
    <section class="card" aria-labelledby={week.week}>
      <h2 id={week.week}>{title}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label={title}><table>
        <caption class="hidden">{title}</caption>
        <thead><tr><th scope="col">{t("kiosk.topic")}</th>{kTones.map((tone) => <th key={tone} scope="col" class="number">{t(`dashboard.${tone}`)}</th>)}<th scope="col" class="number">{t("kiosk.all")}</th></tr></thead>
        <tbody>{rows.map((row) => (
          <tr key={row.is_total ? "*" : row.topic} class={row.is_total ? "total" : ""}>
            <th scope="row">{row.is_total ? t("kiosk.total") : row.topic || t("kiosk.noTopic")}</th>
            {kTones.map((tone) => <td key={tone} class="number">{count(row[tone])}</td>)}<td class="number">{count(row.all)}</td>
          </tr>
        ))}</tbody>
      </table></div>
      <p><a href={`/public/${town}/weeks/${week.week}`} download={`${town}-${week.week}.csv`}>{t("kiosk.csv")}</a></p>
    </section>
  );
}

/// What everybody may see, without signing in: for a screen in the town hall. Reads itself again every hour.
export function Kiosk({ town }: { town: string }) {
  const [weeks, setWeeks] = useState<PublicWeeks | "missing" | null>(null);
  useEffect(() => {
    let gone = false;
    const read = () => figuresApi.publicWeeks(town).then((now) => gone || setWeeks(now), () => gone || setWeeks((old) => old ?? "missing"));
    void read();
    const again = window.setInterval(() => void read(), kRefreshMs);
    return () => {
      gone = true;
      window.clearInterval(again);
    };
  }, [town]);
  const title = weeks === "missing" ? t("kiosk.missing") : weeks ? t("kiosk.title", { town: weeks.name }) : t("say.loading");
  useEffect(() => {
    document.title = `${title} – Vigie`;
  }, [title]);
  return (
    <main id="content" tabIndex={-1} class="page-wide kiosk">
      <h1 tabIndex={-1}>{title}</h1>
      {weeks !== null && weeks !== "missing" && (
        <>
          <p>{t("kiosk.about", { people: weeks.least_authors })}</p>
          {weeks.weeks.length === 0 && <p>{t("kiosk.none")}</p>}
          {weeks.weeks.map((week) => <Week key={week.week} town={town} week={week} />)}
        </>
      )}
    </main>
  );
}
