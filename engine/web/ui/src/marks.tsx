import type { JSX } from "preact";
import type { Evidence, Mention } from "./api";
import { colon, t } from "./words";

const kDecoder = new TextDecoder();
const kEncoder = new TextEncoder();

/// A masked @handle comes as one asterisk per byte, so that offsets stay right: people are shown one sign for all of them.
export function shownText(text: string): string {
  return text.replace(/@\*+/g, "@…");
}

/// A text with the evidence's passages marked. Offsets are UTF-8 bytes, as the engine gives them; passages that
/// overlap, or have only spaces between them, become one mark.
export function Marked({ mention, field }: { mention: Mention; field: "text" | "title" }): JSX.Element {
  const { evidence, rule_titles: titles } = mention;
  const text = mention[field] ?? "";
  const bytes = kEncoder.encode(text);
  const spans = evidence
    .filter((e) => (e.field ?? "text") === field && e.end > e.start && e.axis !== "watch" && e.axis !== "opinion")
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: JSX.Element[] = [];
  let at = 0;
  const slice = (from: number, to: number) => kDecoder.decode(bytes.subarray(from, to));
  for (let i = 0; i < spans.length; ) {
    const first = spans[i]!;
    let end = first.end;
    let strongest = first;
    let next = i + 1;
    for (; next < spans.length && slice(end, spans[next]!.start).trim() === ""; ++next) {
      end = Math.max(end, spans[next]!.end);
      if (rank(spans[next]!) > rank(strongest)) strongest = spans[next]!;
    }
    pieces.push(<>{shownText(slice(at, first.start))}</>);
    pieces.push(
      <mark class={`axis-${strongest.axis}`} title={`${t(`axis.${strongest.axis}`)}${colon()}${ruleTitle(strongest.rule, titles) ?? strongest.rule}`}>
        {shownText(slice(first.start, end))}
      </mark>,
    );
    at = end;
    i = next;
  }
  pieces.push(<>{shownText(slice(at, bytes.length))}</>);
  return <bdi>{pieces}</bdi>;
}

/// What people call a rule, or what was learned from texts; undefined for a word of the lexicon.
export function ruleTitle(rule: string, titles: Record<string, string>): string | undefined {
  if (rule === "model.words") return t("learned.words");
  return rule === "model.rest" ? t("learned.rest") : titles[rule];
}

function rank(evidence: Evidence): number {
  return { watch: 0, topic: 1, opinion: 1, sentiment: 2, abuse: 3, urgency: 4 }[evidence.axis];
}
