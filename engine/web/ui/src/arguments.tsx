import { useEffect, useState } from "preact/hooks";
import { api, Refused, type Card, type Mention, type ReplyDraft } from "./api";
import { focusSoon } from "./focus";
import { t } from "./words";

/// A card's lists: what to do first and what to avoid are for the town's people alone.
function CardBody({ card }: { card: Card }) {
  const list = (title: string, lines: string[]) => lines.length > 0 && (
    <>
      <p><b>{t(title)}</b></p>
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </>
  );
  return (
    <>
      {list("cards.first", card.first)}
      {list("cards.facts", card.facts)}
      {list("cards.avoid", card.avoid)}
      {card.links.length > 0 && (
        <ul>{card.links.map((link) => <li key={link.url}><a href={link.url} rel="noopener noreferrer" target="_blank">{link.title}</a></li>)}</ul>
      )}
      {card.valid_until && <p class="muted">{t("cards.until", { date: card.valid_until })}</p>}
    </>
  );
}

/// The text that somebody edits, copies and sends by themselves; only what it was answered with is kept.
function DraftForm({ tenant, mention, draft, onAnswered }: { tenant: string; mention: Mention; draft: ReplyDraft; onAnswered: () => Promise<void> }) {
  const [text, setText] = useState(draft.text);
  const [said, setSaid] = useState("");
  const [fault, setFault] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t("cards.copied"));
    } catch {
      setFault(t("cards.copyFailed"));
    }
  };
  const answered = async () => {
    setFault("");
    try {
      const kept = text === draft.text ? draft : await api.draft(tenant, mention.ref, { card: draft.card, network: draft.network, text });
      await api.doWork(tenant, mention.ref, { step: "answer", draft: kept.draft });
      await onAnswered();
    } catch (error) {
      const tooLong = error instanceof Refused && error.status === 422;
      setFault(t(tooLong ? "cards.tooLong" : error instanceof Refused && error.status === 409 ? "work.tooLate" : "work.failed", { limit: draft.limit }));
    }
  };
  return (
    <div class="draft">
      <label class="note">{t("cards.draft", { limit: draft.limit })}
        <textarea id="draft-text" rows={8} value={text} onInput={(e) => { setText(e.currentTarget.value); setSaid(""); }} />
      </label>
      {draft.facts_left_out > 0 && <p class="muted">{t("cards.leftOut", { count: draft.facts_left_out })}</p>}
      <p class="muted">{t("cards.human")}</p>
      <div class="views">
        <button type="button" onClick={() => void copy()}>{t("cards.copy")}</button>
        <button type="button" onClick={() => void answered()}>{t("cards.answered")}</button>
      </div>
      <p role="status" class="muted">{said}</p>
      {fault && <p class="error" role="alert">{fault}</p>}
    </div>
  );
}

/// The argument cards that fit a mention, the best first and open, each with its reply draft.
export function Arguments({ tenant, mention, onChanged }: { tenant: string; mention: Mention; onChanged: (now: Mention) => void }) {
  const [cards, setCards] = useState<Card[]>([]);
  const [draft, setDraft] = useState<ReplyDraft | null>(null);
  const [fault, setFault] = useState("");
  const ids = mention.cards.join(" ");
  useEffect(() => {
    let wanted = true;
    if (ids !== "") {
      api.cards(tenant).then((all) => wanted && setCards(ids.split(" ").flatMap((id) => all.filter((card) => card.id === id))),
        () => wanted && setFault(t("cards.failed")));
    }
    return () => {
      wanted = false;
    };
  }, [tenant, ids]);
  const prepare = async (card: Card) => {
    setFault("");
    try {
      setDraft(await api.draft(tenant, mention.ref, { card: card.id }));
      onChanged(await api.mention(tenant, mention.ref));
      focusSoon("#draft-text");
    } catch {
      setFault(t("cards.draftFailed"));
    }
  };
  const answered = async () => {
    setDraft(null);
    onChanged(await api.mention(tenant, mention.ref));
    focusSoon("#work-title");
  };
  if (ids === "") return null;
  return (
    <section class="arguments" aria-labelledby="arguments-title">
      <h3 id="arguments-title" tabIndex={-1}>{t("cards.title")}</h3>
      {cards.map((card, i) => (
        <details key={card.id} open={i === 0}>
          <summary>{card.title}</summary>
          <CardBody card={card} />
          {card.answered_in_public
            ? <button type="button" aria-label={t("cards.prepareFrom", { title: card.title })} onClick={() => void prepare(card)}>{t("cards.prepare")}</button>
            : <p class="muted">{t("cards.notInPublic")}</p>}
          {draft?.card === card.id && <DraftForm key={draft.draft} tenant={tenant} mention={mention} draft={draft} onAnswered={answered} />}
        </details>
      ))}
      {fault && <p class="error" role="alert">{fault}</p>}
    </section>
  );
}

/// All cards of a town, with the one that a message's link names open.
export function CardsPage({ tenant, name, wanted }: { tenant: string; name: string; wanted: string }) {
  const [cards, setCards] = useState<Card[] | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    document.title = `${t("cards.title")} – ${name} – Vigie`;
    api.cards(tenant).then((all) => {
      setCards(all);
      focusSoon(wanted && all.some((card) => card.id === wanted) ? `#${CSS.escape(`card-${wanted}`)}` : "h1");
    }, () => setFailed(true));
  }, [tenant, name, wanted]);
  return (
    <main id="content" tabIndex={-1} class="arguments">
      <h1 tabIndex={-1}>{t("cards.title")}</h1>
      {failed && <p class="error" role="alert">{t("cards.failed")}</p>}
      {cards?.length === 0 && <p class="muted">{t("cards.none")}</p>}
      {cards?.map((card) => (
        <details key={card.id} open={card.id === wanted}>
          <summary id={`card-${card.id}`}>{card.title}</summary>
          <CardBody card={card} />
        </details>
      ))}
    </main>
  );
}
