import { useState } from "preact/hooks";
import { accessApi, type AuditEntry, type Erasure, type Identity, type Reveal } from "./access_api";
import type { Tenant } from "./api";
import { DataTable } from "./figure";
import { save } from "./files";
import { focusSoon } from "./focus";
import { address } from "./route";
import { Screen, useAct, useRead, Waiting } from "./screen";
import { formatTime, t } from "./words";

function Kept({ tenant }: { tenant: Tenant }) {
  const facts: [string, string][] = [
    ["purpose", tenant.purpose], ["basis", tenant.legal_basis], ["retention", t("privacy.days", { count: tenant.retention_days })],
    ["authors", t("privacy.pseudonyms")], ["never", t("privacy.neverWhat")],
  ];
  return (
    <section class="card" aria-labelledby="kept-title">
      <h2 id="kept-title">{t("privacy.kept")}</h2>
      <dl class="facts">{facts.map(([name, text]) => <div key={name}><dt>{t(`privacy.${name}`)}</dt><dd>{text}</dd></div>)}</dl>
    </section>
  );
}

function RevealItem({ tenant, reveal, children }: { tenant: Tenant; reveal: Reveal; children?: preact.ComponentChildren }) {
  return (
    <li>
      <b>{t(`privacy.state.${reveal.state}`)}</b> <bdi>{t("privacy.by", { by: reveal.asked_by, at: formatTime(reveal.asked_at), reason: reveal.reason })}</bdi>{" "}
      <code>{reveal.pseudonym.slice(0, 8)}</code>{" "}
      {reveal.mention && <a href={address.mention(tenant.id, reveal.mention)}>{t("privacy.openMention")}</a>} {children}
    </li>
  );
}

function IdentityFacts({ identity }: { identity: Identity }) {
  return (
    <div class="notice" role="status">
      <h3 id="identity" tabIndex={-1}>{t("privacy.identity")}</h3>
      <dl class="facts">{(["name", "id", "url"] as const).map((name) => identity[name] && <div key={name}><dt>{t(`privacy.${name}`)}</dt><dd><bdi>{identity[name]}</bdi></dd></div>)}</dl>
    </div>
  );
}

function Reveals({ tenant, wanted }: { tenant: Tenant; wanted: string }) {
  const mayAsk = tenant.rights.includes("request_reveal"), mayDecide = tenant.rights.includes("approve_reveal");
  const { data, failed, again } = useRead(async () => ({
    own: mayAsk ? await accessApi.ownReveals(tenant.id) : [], all: mayDecide ? await accessApi.reveals(tenant.id) : [],
  }), [tenant.id]);
  const [mention, setMention] = useState(wanted);
  const [reason, setReason] = useState("");
  const [said, setSaid] = useState("");
  const [identity, setIdentity] = useState<Identity | null>(null);
  const { error, busy, act } = useAct();
  const ask = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    if (!(await act(() => accessApi.askReveal(tenant.id, mention.trim(), reason), { 404: t("privacy.notFound") }))) return;
    setSaid(t("privacy.asked"));
    setReason("");
    await again();
  };
  const decide = async (reveal: Reveal, approve: boolean) => {
    await act(() => accessApi.decideReveal(tenant.id, reveal.id, approve), { 409: t("privacy.self") });
    await again();
    focusSoon("#reveals-title");
  };
  const read = async (reveal: Reveal) => {
    if (!confirm(t("privacy.confirmRead"))) return;
    await act(async () => setIdentity(await accessApi.readIdentity(tenant.id, reveal.id)));
    await again();
    focusSoon("#identity", "#reveals-title");
  };
  if (!mayAsk && !mayDecide) return null;
  const waiting = data?.all.filter(({ state }) => state === "waiting") ?? [];
  return (
    <section class="card" aria-labelledby="reveals-title">
      <h2 id="reveals-title" tabIndex={-1}>{t("privacy.reveals")}</h2>
      <p class="muted">{t("privacy.aboutReveals")}</p>
      {!data && <Waiting failed={failed} again={again} />}
      {data && mayDecide && (
        <>
          <h3>{t("privacy.others")}</h3>
          {waiting.length === 0 && <p class="muted">{t("privacy.noReveal")}</p>}
          <ul class="plain">{waiting.map((reveal) => (
            <RevealItem key={reveal.id} tenant={tenant} reveal={reveal}>
              <button type="button" onClick={() => void decide(reveal, true)}>{t("privacy.approve")}</button>{" "}
              <button type="button" onClick={() => void decide(reveal, false)}>{t("privacy.refuse")}</button>
            </RevealItem>
          ))}</ul>
        </>
      )}
      {data && mayAsk && (
        <>
          <h3>{t("privacy.own")}</h3>
          {data.own.length === 0 && <p class="muted">{t("privacy.noReveal")}</p>}
          <ul class="plain">{data.own.map((reveal) => (
            <RevealItem key={reveal.id} tenant={tenant} reveal={reveal}>
              {reveal.state === "approved" && <button type="button" class="primary" onClick={() => void read(reveal)}>{t("privacy.read")}</button>}
            </RevealItem>
          ))}</ul>
          <form class="fields" onSubmit={ask}>
            <h3>{t("privacy.ask")}</h3>
            <label>{t("privacy.mention")} <input required value={mention} onInput={(e) => setMention(e.currentTarget.value)} /></label>
            <label>{t("privacy.reason")} <input required minLength={10} maxLength={500} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
            <button type="submit" class="primary" disabled={busy}>{t("privacy.ask")}</button>
          </form>
        </>
      )}
      {identity && <IdentityFacts identity={identity} />}
      <p class="muted" role="status">{said}</p>
      <p class="error" role="alert">{error}</p>
    </section>
  );
}

type Claim = "erasure" | "objection" | "access";

function Erasures({ tenant }: { tenant: Tenant }) {
  const { data: erasures, failed, again } = useRead(() => accessApi.erasures(tenant.id), [tenant.id]);
  const [network, setNetwork] = useState("");
  const [handle, setHandle] = useState("");
  const [authorId, setAuthorId] = useState("");
  const [claim, setClaim] = useState<Claim>("erasure");
  const [said, setSaid] = useState("");
  const { error, busy, act } = useAct();
  const words = { 404: t("privacy.unknown"), 409: t("privacy.several"), 400: t("privacy.need") };
  const submit = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    const author = { network: network.trim(), ...(authorId.trim() ? { author_id: authorId.trim() } : { handle: handle.trim() }) };
    if (claim === "access") {
      await act(async () => save(`acces-${network}.json`, "application/json", JSON.stringify(await accessApi.accessFile(tenant.id, author), null, 2)), words);
      return;
    }
    if (!confirm(t("privacy.confirm", { who: authorId.trim() || handle.trim() }))) return;
    if (await act(() => accessApi.erase(tenant.id, { ...author, kind: claim }), words)) setSaid(t("privacy.done"));
    await again();
  };
  const receipt = async (one: Erasure) => save(`recu-${one.number}.json`, "application/json", await accessApi.receipt(tenant.id, one.number));
  return (
    <section class="card" aria-labelledby="erasures-title">
      <h2 id="erasures-title">{t("privacy.erasures")}</h2>
      <p class="muted">{t("privacy.aboutErasures")}</p>
      <form class="fields" onSubmit={submit}>
        <label>{t("privacy.right")} <select value={claim} onChange={(e) => setClaim(e.currentTarget.value as Claim)}>{(["erasure", "objection", "access"] as const).map((one) => <option key={one} value={one}>{t(`privacy.${one}`)}</option>)}</select></label>
        <label>{t("privacy.network")} <input required value={network} onInput={(e) => setNetwork(e.currentTarget.value)} /></label>
        <label>{t("privacy.handle")} <input value={handle} onInput={(e) => setHandle(e.currentTarget.value)} /></label>
        <label>{t("privacy.authorId")} <input value={authorId} onInput={(e) => setAuthorId(e.currentTarget.value)} /></label>
        <button type="submit" class="primary" disabled={busy}>{t(claim === "access" ? "privacy.download" : "privacy.erase")}</button>
        <p class="error" role="alert">{error}</p>
        <p role="status">{said}</p>
      </form>
      <h3>{t("privacy.list")}</h3>
      {!erasures ? <Waiting failed={failed} again={again} /> : erasures.length === 0 ? <p class="muted">{t("privacy.noErasure")}</p> : (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("privacy.list")}><table>
          <caption class="hidden">{t("privacy.list")}</caption>
          <thead><tr>{["number", "kind", "at", "removed", "state", "backups", "file"].map((name) => <th key={name} scope="col">{t(`privacy.receiptColumns.${name}`)}</th>)}</tr></thead>
          <tbody>{erasures.map((one) => (
            <tr key={one.number}>
              <th scope="row"><code>{one.number}</code></th><td>{one.kind ? t(`privacy.${one.kind}`) : ""}</td><td>{formatTime(one.requested_at)}</td><td class="number">{one.removed?.mentions ?? "–"}</td>
              <td>{t(`privacy.receipt.${one.state}`)}</td><td>{one.backups_gone_by ? formatTime(one.backups_gone_by) : "–"}</td>
              <td><button type="button" onClick={() => void act(() => receipt(one))} aria-label={t("privacy.one", { number: one.number })}>JSON</button></td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
    </section>
  );
}

function Audit({ tenant }: { tenant: Tenant }) {
  const [older, setOlder] = useState<AuditEntry[]>([]);
  const [more, setMore] = useState<number | null | undefined>(undefined);
  const { data, failed, again } = useRead(() => accessApi.audit(), [tenant.id]);
  const below = more === undefined ? data?.below ?? null : more;
  const next = async () => {
    const page = await accessApi.audit(below ?? undefined);
    setOlder((old) => [...old, ...page.entries]);
    setMore(page.below);
  };
  const { error, act } = useAct();
  const entries = [...(data?.entries ?? []), ...older];
  return (
    <section class="card" aria-labelledby="audit-title">
      <h2 id="audit-title">{t("privacy.audit")}</h2>
      <p class="muted">{t("privacy.aboutAudit")}</p>
      {!data ? <Waiting failed={failed} again={again} /> : entries.length === 0 ? <p class="muted">{t("privacy.noAudit")}</p> : (
        <DataTable title={t("privacy.audit")} columns={["number", "at", "actor", "action", "object", "result"].map((name) => ({ name: t(`privacy.columns.${name}`) }))}
          rows={entries.map((one) => [String(one.number), formatTime(one.at), one.actor, one.action, one.object, one.result])} />
      )}
      {below !== null && <button type="button" class="more" onClick={() => void act(next)}>{t("privacy.older")}</button>}
      <p class="error" role="alert">{error}</p>
    </section>
  );
}

/// What is kept and why, and what people may ask of a town that keeps their words.
export function Privacy({ tenant, wanted }: { tenant: Tenant; wanted: string }) {
  return (
    <Screen title={t("nav.privacy")} tenant={tenant}>
      <Kept tenant={tenant} />
      <Reveals tenant={tenant} wanted={wanted} />
      {tenant.rights.includes("erase") && <Erasures tenant={tenant} />}
      {tenant.rights.includes("read_audit") && <Audit tenant={tenant} />}
    </Screen>
  );
}
