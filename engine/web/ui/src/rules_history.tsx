import { diffLines } from "diff";
import { useState } from "preact/hooks";
import type { Tenant } from "./api";
import { focusSoon } from "./focus";
import { rulesApi, type RulePack, type RulesVersion } from "./rules_api";
import { useAct, useRead, Waiting } from "./screen";
import { formatTime, t } from "./words";

/// What stands between two changed places, in lines.
const kAround = 3;

interface Line {
  sign: "+" | "−" | " ";
  text: string;
}

/// Every line of both texts, in order; unchanged ones far from a change are left out, as null.
function compared(before: string, after: string): (Line | null)[] {
  const all = diffLines(before, after).flatMap((part): Line[] =>
    part.value.replace(/\n$/, "").split("\n").map((text) => ({ sign: part.added ? "+" : part.removed ? "−" : " ", text })));
  const near = all.map((_, at) => all.slice(Math.max(0, at - kAround), at + kAround + 1).some(({ sign }) => sign !== " "));
  return all.flatMap((line, at): (Line | null)[] => (near[at] ? [line] : near[at - 1] || at === 0 ? [null] : []));
}

function Difference({ before, after, title }: { before: string; after: string; title: string }) {
  const lines = compared(before, after);
  if (!lines.some((line) => line && line.sign !== " ")) return <p class="muted">{t("rules.same")}</p>;
  return (
    <pre class="code diff" tabIndex={0} role="region" aria-label={title}>
      {lines.map((line, at) => line === null ? <span key={at} class="gap">{"…\n"}</span>
        : line.sign === "+" ? <ins key={at}>+ {line.text}{"\n"}</ins> : line.sign === "−" ? <del key={at}>− {line.text}{"\n"}</del> : <span key={at}>{"  "}{line.text}{"\n"}</span>)}
    </pre>
  );
}

interface Props {
  tenant: Tenant;
  own: RulePack;
  onPublished: (number: number) => Promise<void>;
}

/// What the town's own pack has been, each version beside the text in force.
export function RulesHistory({ tenant, own, onPublished }: Props) {
  const { data, failed, again } = useRead(() => rulesApi.history(tenant.id), [tenant.id, own.hash]);
  const [open, setOpen] = useState<RulesVersion | null>(null);
  const [returning, setReturning] = useState(false);
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const { error, busy, act, clear } = useAct();
  const compare = (version: RulesVersion) => void act(async () => {
    setReturning(false);
    setOpen(await rulesApi.version(tenant.id, version.number));
    focusSoon("#version-title");
  });
  const restore = async (event: Event) => {
    event.preventDefault();
    setFault("");
    if (busy || !open) return;
    if (!reason.trim()) {
      setFault(t("rules.reasonMissing"));
      document.getElementById("restore-reason")?.focus();
      return;
    }
    await act(async () => {
      const { number } = await rulesApi.restore(tenant.id, open.number, reason.trim());
      await onPublished(number);
    }, { 409: t("rules.conflict"), 422: t("rules.refused"), 503: t("rules.busy") });
  };
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title" tabIndex={-1}>{t("rules.history")}</h2>
      {!data ? <Waiting failed={failed} again={again} /> : data.length === 0 ? <p class="muted">{t("rules.noHistory")}</p> : (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("rules.history")}>
          <table>
            <caption class="hidden">{t("rules.history")}</caption>
            <thead><tr><th scope="col">{t("rules.version")}</th><th scope="col">{t("rules.when")}</th><th scope="col">{t("rules.who")}</th><th scope="col">{t("rules.why")}</th><th scope="col">{t("rules.actions")}</th></tr></thead>
            <tbody>
              {data.map((version) => (
                <tr key={version.number}>
                  <th scope="row">{version.number}{version.in_force ? ` (${t("rules.current")})` : ""}</th>
                  <td><time dateTime={version.at}>{formatTime(version.at)}</time></td>
                  <td>{version.by || t("rules.onServer")}</td>
                  <td>{version.reason}</td>
                  <td><button type="button" aria-label={t("rules.compareThis", { number: version.number })} onClick={() => compare(version)}>{t("rules.compare")}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {error && <p class="error" role="alert">{error}</p>}
      {open && (
        <div class="version">
          <h3 id="version-title" tabIndex={-1}>{t("rules.versionIs", { number: open.number })}</h3>
          <p class="muted">{t("rules.diffIs")}</p>
          <Difference before={own.text} after={open.text ?? ""} title={t("rules.versionIs", { number: open.number })} />
          {tenant.rights.includes("publish_rules") && !open.in_force && !returning && (
            <p><button type="button" onClick={() => { clear(); setReturning(true); focusSoon("#restore-reason"); }}>{t("rules.restore", { number: open.number })}</button></p>
          )}
          {returning && !open.in_force && (
            <form onSubmit={(event) => void restore(event)} noValidate>
              <p>{t("rules.restoreSure", { number: open.number })}</p>
              <label for="restore-reason">{t("rules.reason")}</label>
              <input id="restore-reason" value={reason} maxLength={120} required aria-invalid={fault !== ""} aria-describedby={fault ? "restore-fault" : undefined} onInput={(event) => setReason(event.currentTarget.value)} />
              {fault && <p class="error" id="restore-fault">{fault}</p>}
              <p class="choices"><button class="primary" aria-disabled={busy}>{t("rules.restoreYes", { number: open.number })}</button>{" "}
                <button type="button" onClick={() => { setReturning(false); focusSoon("#version-title"); }}>{t("say.cancel")}</button></p>
            </form>
          )}
        </div>
      )}
    </section>
  );
}
