import { useCallback, useEffect, useState } from "preact/hooks";
import type { Tenant } from "./api";
import { focusSoon } from "./focus";
import { RulesEditor } from "./rules_editor";
import { RulesHistory } from "./rules_history";
import { rulesApi, type RulePack } from "./rules_api";
import { RulesTable, testCounts, TestList } from "./rules_parts";
import { Screen, useRead, Waiting } from "./screen";
import { formatTime, t } from "./words";

function Pack({ pack }: { pack: RulePack }) {
  const name = pack.title || pack.name;
  return (
    <details class="pack">
      <summary>{name} <span class="muted">({pack.name}) · {t("rules.count", { count: pack.rules.length })} · {testCounts(pack.tests)}</span></summary>
      <RulesTable rules={pack.rules} title={t("rules.rulesOf", { name })} />
      {pack.tests && pack.tests.length > 0 && <details><summary>{t("rules.testsOf", { name })}</summary><TestList tests={pack.tests} /></details>}
      <details><summary>{t("rules.textOf", { name })}</summary><pre class="code" tabIndex={0} role="region" aria-label={t("rules.textOf", { name })}>{pack.text}</pre></details>
    </details>
  );
}

/// The packs of a town; its own is written here, by who may.
export function Rules({ tenant }: { tenant: Tenant }) {
  const { data, failed, again } = useRead(() => rulesApi.show(tenant.id), [tenant.id]);
  const [edition, setEdition] = useState(0);
  const [said, setSaid] = useState("");
  const may = (right: string) => tenant.rights.includes(right);
  const own = data?.packs.find((pack) => pack.own);
  const onPublished = useCallback(async (number: number) => {
    await again(); // the editor shows what is in force before that is said
    setEdition((now) => now + 1);
    setSaid(t("rules.published", { number }));
    focusSoon("#own-title");
  }, [again]);
  useEffect(() => setSaid(""), [tenant.id]);
  return (
    <Screen title={t("nav.rules")} tenant={tenant} class="rules">
      <p role="status" class="said">{said}</p>
      {!data || !own ? <Waiting failed={failed} again={again} /> : (
        <>
          <p class="muted">{t("rules.inForce", { ruleset: data.ruleset, at: formatTime(data.loaded_at), count: data.packs.filter((pack) => !pack.own || pack.text).length })}</p>
          <section class="card" aria-labelledby="own-title">
            <h2 id="own-title" tabIndex={-1}>{t("rules.own", { town: tenant.name })}</h2>
            <p>{t(data.may_weigh ? "rules.aboutOwnAlone" : "rules.aboutOwn")}</p>
            {may("draft_rules")
              ? <RulesEditor key={`${tenant.id} ${own.hash}`} tenant={tenant} own={own} variables={data.variables} onPublished={onPublished} onReread={again} />
              : own.text ? <Pack pack={own} /> : <p class="muted">{t("rules.noOwn")}</p>}
          </section>
          <RulesHistory key={`${tenant.id} ${edition}`} tenant={tenant} own={own} onPublished={onPublished} />
          <section class="card" aria-labelledby="shared-title">
            <h2 id="shared-title">{t("rules.shared")}</h2>
            <p>{t("rules.aboutShared")}</p>
            {data.packs.filter((pack) => !pack.own).map((pack) => <Pack key={pack.name} pack={pack} />)}
          </section>
        </>
      )}
    </Screen>
  );
}
