import { memo } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { accessApi } from "./access_api";
import { Arguments } from "./arguments";
import { api, type Mention, type Story, type Tone, type Urgency } from "./api";
import { Correct } from "./correction";
import { Marked, ruleTitle, shownText } from "./marks";
import { save } from "./files";
import { address } from "./route";
import { useAct } from "./screen";
import { Thread } from "./thread";
import { useMay } from "./town";
import { WorkBadge, WorkPanel } from "./work";
import { formatAge, formatTime, t } from "./words";

/// So many of a story are listed beside a mention.
const kMostOfStory = 20;

const kUrgencyIcon: Record<Urgency, string> = { low: "○", medium: "◐", high: "▲", critical: "⬣" };
const kToneIcon: Record<Tone, string> = { negative: "−", neutral: "=", positive: "+" };

/// Word and icon together: colour is never the only sign.
export function UrgencyBadge({ level }: { level: Urgency }) {
  return (
    <span class={`badge urgency-${level}`}>
      <span aria-hidden="true">{kUrgencyIcon[level]}</span> {t(`urgency.${level}`)}
    </span>
  );
}

export function ToneBadge({ tone, uncertain }: { tone: Tone; uncertain: boolean }) {
  return (
    <span class={`badge tone-${tone}`}>
      <span aria-hidden="true">{kToneIcon[tone]}</span> {t(`tone.${tone}`)}
      {uncertain ? ` (${t("mention.uncertain")})` : ""}
    </span>
  );
}

/// As it counts, the machine's word only where it stands.
function MentionTone({ mention }: { mention: Mention }) {
  const uncertain = mention.sentiment.uncertain && mention.correction?.tone === undefined;
  return <ToneBadge tone={mention.in_force.tone} uncertain={uncertain} />;
}

/// Who corrected it, and what the machine had said.
function Corrected({ mention }: { mention: Mention }) {
  const { correction, sentiment, urgency } = mention;
  if (correction?.tone === undefined && correction?.urgent === undefined) return null;
  const machine = [t(`tone.${sentiment.label}`), t(`urgency.${urgency.level}`)].join(", ");
  return <p class="muted">{t("correction.by", { by: correction.by, at: formatTime(correction.at), machine })}</p>;
}

/// A feed's source is its address: the site's name says enough.
function sourceName(source: string): string {
  return /^https?:\/\/([^/]+)/i.exec(source)?.[1] ?? source;
}

/// "14 mentions, 9 auteurs": nothing where nobody repeats it.
function StoryCounts({ story }: { story: Story }) {
  if (story.mentions < 2) return null;
  return <> · {t("story.mentions", { count: story.mentions })}, {t("story.authors", { count: story.authors })}</>;
}

/// The other mentions that say the same, oldest first.
function StoryMentions({ tenant, mention }: { tenant: string; mention: Mention }) {
  const [others, setOthers] = useState<Mention[]>([]);
  const { ref, mentions } = mention.story;
  useEffect(() => {
    let wanted = true;
    setOthers([]);
    if (mentions > 1) {
      api.story(tenant, ref).then((story) => wanted && setOthers(story.items.filter((one) => one.ref !== mention.ref)), () => undefined);
    }
    return () => {
      wanted = false;
    };
  }, [tenant, ref, mentions, mention.ref]);
  if (others.length === 0) return null;
  return (
    <section aria-labelledby="story-title">
      <h3 id="story-title">{t("story.title")}<StoryCounts story={mention.story} /></h3>
      <ul>
        {others.slice(0, kMostOfStory).map((one) => (
          <li key={one.ref}>
            <a href={address.mention(tenant, one.ref)}>{sourceName(one.source)} · {formatAge(one.created_at)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  mention: Mention;
  /// In the list, from 1, and how many it has; -1: it goes on.
  position: number;
  setSize: number;
  selected: boolean;
  /// Not given: nothing can be done with several.
  ticked?: boolean | undefined;
  onOpen: (ref: string) => void;
  onTick?: (ref: string) => void;
}

/// Drawn again only when something of it changed: there may be thousands.
export const MentionRow = memo(({ mention, position, setSize, selected, ticked, onOpen, onTick }: RowProps) => {
  return (
    <li id={`row-${mention.ref}`} class={`row${selected ? " selected" : ""} edge-${mention.in_force.urgency}`} aria-posinset={position} aria-setsize={setSize}>
      {ticked !== undefined && <label class="tick"><input type="checkbox" checked={ticked} aria-label={t("ticked.one", { text: shownText(mention.title || mention.text).slice(0, 60) })} onChange={() => onTick?.(mention.ref)} /></label>}
      <button type="button" aria-current={selected ? "true" : undefined} onClick={() => onOpen(mention.ref)}>
        <span class="row-head">
          {mention.in_force.urgency !== "low" && <UrgencyBadge level={mention.in_force.urgency} />}
          <MentionTone mention={mention} />
          <WorkBadge work={mention.work} />
          <span class="muted">{sourceName(mention.source)} · {formatAge(mention.created_at)}<StoryCounts story={mention.story} /></span>
        </span>
        <span class="quote" lang={mention.lang || undefined}>
          {mention.title ? <b><Marked mention={mention} field="title" /> </b> : null}
          <Marked mention={mention} field="text" />
        </span>
        {mention.topics.length > 0 && (
          <span class="chips">{mention.topics.map((topic) => <span class="chip" key={topic}>{topic}</span>)}</span>
        )}
      </button>
    </li>
  );
});

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

interface DetailProps {
  tenant: string;
  mention: Mention;
  onBack: () => void;
  onChanged: (now: Mention) => void;
}

export function MentionDetail({ tenant, mention, onBack, onChanged }: DetailProps) {
  const titles = mention.rule_titles;
  const mayWork = useMay("work"), mayAsk = useMay("request_reveal"), mayErase = useMay("erase");
  const { error, act } = useAct();
  const safeUrl = mention.url && /^https?:\/\//i.test(mention.url) ? mention.url : null;
  return (
    <article class="detail" aria-labelledby="detail-title">
      <button type="button" class="back" onClick={onBack}>{t("mention.back")}</button>
      <h2 id="detail-title" tabIndex={-1}>{t("mention.title")}</h2>
      <p class="row-head">
        <UrgencyBadge level={mention.in_force.urgency} />
        <MentionTone mention={mention} />
        {!mention.sentiment.uncertain && mention.correction?.tone === undefined && (
          <span class="muted">{t("mention.confidence", { percent: Math.round(mention.sentiment.confidence * 100) })}</span>
        )}
      </p>
      <Corrected mention={mention} />
      <blockquote lang={mention.lang || undefined}>
        {mention.title ? <p><b><Marked mention={mention} field="title" /></b></p> : null}
        <p class="original"><Marked mention={mention} field="text" /></p>
      </blockquote>
      <dl class="facts">
        <Fact name={t("mention.source")}>
          {sourceName(mention.source)}{" "}
          {safeUrl && <a href={safeUrl} rel="noopener noreferrer" target="_blank">{t("mention.original")}</a>}
        </Fact>
        <Fact name={t("mention.author")}>
          {mention.author
            ? <><code>{mention.author.pseudonym.slice(0, 8)}</code>
              {mention.author.followers > 0 ? ` · ${t("mention.followers", { count: mention.author.followers })}` : ""}
              {mention.author.official ? ` · ${t("mention.official")}` : ""}</>
            : t("mention.unknownAuthor")}
        </Fact>
        <Fact name={t("mention.published")}><time dateTime={mention.created_at}>{formatTime(mention.created_at)}</time></Fact>
        <Fact name={t("mention.received")}><time dateTime={mention.received_at}>{formatTime(mention.received_at)}</time></Fact>
        {mention.edited_at && <Fact name={t("mention.edited")}><time dateTime={mention.edited_at}>{formatTime(mention.edited_at)}</time></Fact>}
        {mention.topics.length > 0 && <Fact name={t("mention.topics")}>{mention.topics.join(", ")}</Fact>}
        {mention.place?.name && <Fact name={t("mention.place")}>{mention.place.name}</Fact>}
      </dl>
      {mayWork ? <WorkPanel tenant={tenant} mention={mention} onChanged={onChanged} /> : <p class="row-head"><WorkBadge work={mention.work} /></p>}
      <Arguments tenant={tenant} mention={mention} onChanged={onChanged} />
      <Thread tenant={tenant} mention={mention} sourceName={sourceName(mention.source)} />
      <StoryMentions tenant={tenant} mention={mention} />
      {mayWork && <Correct tenant={tenant} mention={mention} onCorrected={onChanged} />}
      <h3 id="why" tabIndex={-1}>{t("mention.why")}</h3>
      {mention.evidence.length === 0
        ? <p class="muted">{t("mention.noEvidence")}</p>
        : (
          <table aria-labelledby="why">
            <caption class="hidden">{t("mention.evidence")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("mention.axis")}</th>
                <th scope="col">{t("mention.rule")}</th>
                <th scope="col">{t("mention.passage")}</th>
                <th scope="col" class="number">{t("mention.weight")}</th>
              </tr>
            </thead>
            <tbody>
              {mention.evidence.map((e) => (
                <tr key={`${e.axis}${e.rule}${e.field}${e.start}`}>
                  <td>{t(`axis.${e.axis}`)}</td>
                  <td>{ruleTitle(e.rule, titles) && <>{ruleTitle(e.rule, titles)} </>}<code>{e.rule}</code></td>
                  <td lang={mention.lang || undefined}><bdi>{shownText(e.text)}</bdi></td>
                  <td class="number">{e.weight > 0 ? `+${e.weight}` : e.weight}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      {((mayAsk && mention.author) || mayErase) && (
        <p class="views">
          {mayAsk && mention.author && <a class="button" href={`${address.privacy(tenant)}?mention=${mention.ref}`}>{t("privacy.requestFrom")}</a>}
          {mayErase && <button type="button" onClick={() => void act(async () => save(`preuve-${mention.ref}.zip`, "application/zip", await accessApi.evidence(tenant, mention.ref)))}>{t("privacy.evidence")}</button>}
        </p>
      )}
      {error && <p class="error" role="alert">{error}</p>}
      <p class="muted">{t("mention.ruleset", { ruleset: mention.ruleset, model: mention.model })}</p>
    </article>
  );
}
