import { useEffect, useState } from "preact/hooks";
import { call, type Mention } from "./api";
import { Marked } from "./marks";
import { address } from "./route";
import { formatTime, t } from "./words";

interface ReplyThread {
  items: { depth: number; mention: Mention }[];
  /// What the beginning answers to, which the town did not keep.
  missing: { id: string; url: string | null } | null;
  complete: boolean;
}

const kDeepest = 4;

/// What a mention answers to and what answers it, in order, among what the town kept; nothing where nobody speaks with it.
export function Thread({ tenant, mention, sourceName }: { tenant: string; mention: Mention; sourceName: string }) {
  const [thread, setThread] = useState<ReplyThread | null>(null);
  useEffect(() => {
    let wanted = true;
    setThread(null);
    call<ReplyThread>("GET", `/api/v1/tenants/${tenant}/mentions/${mention.ref}/thread`).then((read) => wanted && setThread(read), () => undefined);
    return () => {
      wanted = false;
    };
  }, [tenant, mention.ref]);
  if (!thread || (thread.items.length < 2 && !thread.missing)) return null;
  const { missing } = thread;
  const safe = missing?.url && /^https?:\/\//i.test(missing.url) ? missing.url : null;
  return (
    <section class="thread" aria-labelledby="thread-title">
      <h3 id="thread-title">{t("thread.title")}</h3>
      {missing && <p class="muted">{t("thread.missing")}{safe && <> <a href={safe} rel="noopener noreferrer" target="_blank">{t("thread.seeIt", { source: sourceName })}</a></>}</p>}
      <ol>
        {thread.items.map(({ depth, mention: one }) => (
          <li key={one.ref} class={`depth-${Math.min(depth, kDeepest)}`} aria-current={one.ref === mention.ref ? "true" : undefined}>
            <p class="row-head muted">{one.ref === mention.ref ? <b>{t("thread.this")}</b> : <a href={address.mention(tenant, one.ref)}>{t("thread.open", { at: formatTime(one.created_at) })}</a>}
              {one.author && <> <code>{one.author.pseudonym.slice(0, 8)}</code></>}{one.author?.official && <> {t("mention.official")}</>}</p>
            {one.ref !== mention.ref && <p class="quote" lang={one.lang || undefined}><Marked mention={one} field="text" /></p>}
          </li>
        ))}
      </ol>
      {!thread.complete && <p class="muted">{t("thread.incomplete")}</p>}
    </section>
  );
}
