import { useState } from "preact/hooks";
import { api, type EmergentDraft, type EmergentGroup, type Tenant } from "./api";
import { DataTable, formatNumber, formatShare, Sparkline } from "./figure";
import { focusSoon } from "./focus";
import { shownText } from "./marks";
import { address } from "./route";
import { keepText } from "./rules_text";
import { Screen, useAct, useRead, Waiting } from "./screen";
import { formatAge, formatDay, t } from "./words";

const kPeriods = [7, 14, 31] as const; // days
const kUsualPeriod = 14;
const kDay = 86_400_000;

function Draft({ tenant, draft }: { tenant: Tenant; draft: EmergentDraft }) {
  const { backtest, own_text: text, own_base: base } = draft;
  const edit = (whole: string) => {
    keepText(tenant.id, { text: whole, base });
    location.hash = address.rules(tenant.id);
  };
  return (
    <div class="draft" aria-live="polite">
      <h3 id={`draft-${draft.pack}`} tabIndex={-1}>{t("emergent.title", { topic: draft.topic })}</h3>
      <p>{t("emergent.effect", { kept: formatNumber(backtest.kept_mentions), topics: formatNumber(backtest.topics_changed), before: backtest.alerts_before, after: backtest.alerts_after, minutes: formatNumber(backtest.extra_reading_minutes, 1) })} {t("emergent.nothing")}</p>
      <h4>{t("emergent.rule")}</h4>
      <pre tabIndex={0}><code>{draft.yaml}</code></pre>
      <details><summary>{t("emergent.tests")}</summary><pre tabIndex={0}><code>{draft.tests_yaml}</code></pre></details>
      <p>{text === null ? t("explorer.byHand") : <button type="button" onClick={() => edit(text)}>{t("explorer.toEditor")}</button>}</p>
    </div>
  );
}

function Group({ tenant, group, from, to }: { tenant: Tenant; group: EmergentGroup; from: number; to: number }) {
  const [draft, setDraft] = useState<EmergentDraft | null>(null);
  const { error, busy, act } = useAct();
  const terms = group.terms.map(({ term }) => term).join(", ");
  const propose = async () => {
    const done = await act(async () => setDraft(await api.draftEmergent(tenant.id, group.id, from, to)), { 503: t("emergent.busy") });
    if (done) focusSoon(`#draft-${group.id} h3`);
  };
  return (
    <article class="card" aria-labelledby={`group-${group.id}`} id={`draft-${group.id}`}>
      <div class="figure-head">
        <h2 id={`group-${group.id}`}><span class="chip">{t(`emergent.kind.${group.kind}`)}</span> {terms}</h2>
        <span><span class="muted">{t("emergent.people", { count: group.authors_at_least, days: group.days_heard, of: group.days })}</span> <Sparkline values={group.authors_by_day} /></span>
      </div>
      <DataTable title={terms}
        columns={[{ name: t("emergent.term") }, { name: t("emergent.peopleColumn"), decimals: 0 }, { name: t("emergent.now") }, { name: t("emergent.before") }, { name: t("emergent.jlh"), decimals: 3 }]}
        rows={group.terms.map((one) => [one.term, one.authors_at_least, formatShare(one.share, 2), formatShare(one.background_share, 2), one.jlh])} />
      {group.examples.length > 0 && (
        <details>
          <summary>{t("emergent.examples")} ({group.examples.length})</summary>
          <ul class="plain">{group.examples.map((one) => (
            <li key={one.mention}><bdi>{shownText(one.text)}</bdi> <span class="muted">{one.source} · {formatAge(one.created_at)}</span> <a href={address.mention(tenant.id, one.mention)}>{t("emergent.see")}</a></li>
          ))}</ul>
        </details>
      )}
      <p><a href={`${address.explorer(tenant.id)}?${new URLSearchParams({ q: group.terms.map(({ term }) => `"${term}"`).join(" OR ") })}`}>{t("emergent.explore")}</a></p>
      {tenant.rights.includes("draft_rules") && !draft && (
        <button type="button" disabled={busy} aria-label={t("emergent.draftThis", { terms })} onClick={() => void propose()}>{t("emergent.draft")}</button>
      )}
      <p class={error ? "error" : "muted"} role="status">{error || (busy ? t("emergent.drafting") : "")}</p>
      {draft && <Draft tenant={tenant} draft={draft} />}
    </article>
  );
}

/// What people ask for that no rule looks for; a click proposes a rule.
export function Emergent({ tenant }: { tenant: Tenant }) {
  const [days, setDays] = useState<number>(kUsualPeriod);
  const { data: study, failed, again, reading } = useRead(() => api.emergent(tenant.id, Date.now() - days * kDay, Date.now()), [tenant.id, days]);
  return (
    <Screen title={t("nav.emergent")} tenant={tenant} actions={
      <label><span class="hidden">{t("emergent.period")}</span> <select value={days} onChange={(e) => setDays(Number(e.currentTarget.value))}>
        {kPeriods.map((one) => <option key={one} value={one}>{t("emergent.days", { count: one })}</option>)}
      </select></label>}>
      <p class="muted">{t("emergent.about")}</p>
      {!study || failed ? <Waiting failed={failed} again={again} /> : (
        <div aria-busy={reading}>
          <p>{t("emergent.looked", { kept: formatNumber(study.kept), dropped: formatNumber(study.dropped), from: formatDay(Date.parse(study.from)), to: formatDay(Date.parse(study.to)) })}</p>
          {study.cold_start && <p class="notice">{t("emergent.cold")}</p>}
          {study.is_cut && <p class="notice">{t("emergent.cut")}</p>}
          {study.groups.length === 0 && <p>{t("emergent.none")}</p>}
          {study.groups.map((group) => <Group key={group.id} tenant={tenant} group={group} from={Date.parse(study.from)} to={Date.parse(study.to)} />)}
          <p class="muted formula">{t("figure.formula", { formula: t("emergent.formula") })}</p>
        </div>
      )}
    </Screen>
  );
}
