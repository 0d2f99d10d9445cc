import type { JSX } from "preact";
import type { Evidence } from "./api";
import { t } from "./words";

const kDecoder = new TextDecoder();
const kEncoder = new TextEncoder();

/// A text with the evidence's passages marked. Offsets are UTF-8 bytes, as the engine gives them; overlapping passages
/// become one mark.
export function Marked({ text, evidence, field }: { text: string; evidence: Evidence[]; field: "text" | "title" }): JSX.Element {
  const bytes = kEncoder.encode(text);
  const spans = evidence
    .filter((e) => (e.field ?? "text") === field && e.end > e.start && e.axis !== "watch")
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: JSX.Element[] = [];
  let at = 0;
  const plain = (end: number) => kDecoder.decode(bytes.subarray(at, end));
  for (let i = 0; i < spans.length; ) {
    const first = spans[i]!;
    let end = first.end;
    let strongest = first;
    let next = i + 1;
    for (; next < spans.length && spans[next]!.start < end; ++next) {
      end = Math.max(end, spans[next]!.end);
      if (rank(spans[next]!) > rank(strongest)) strongest = spans[next]!;
    }
    pieces.push(<>{plain(first.start)}</>);
    at = first.start;
    pieces.push(
      <mark class={`axis-${strongest.axis}`} title={`${t(`axis.${strongest.axis}`)} : ${strongest.rule}`}>
        {plain(end)}
      </mark>,
    );
    at = end;
    i = next;
  }
  pieces.push(<>{plain(bytes.length)}</>);
  return <bdi>{pieces}</bdi>;
}

function rank(evidence: Evidence): number {
  return { watch: 0, topic: 1, sentiment: 2, abuse: 3, urgency: 4 }[evidence.axis];
}
