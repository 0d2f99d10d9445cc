import { memo } from "preact/compat";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Mention } from "./api";
import { focusSoon } from "./focus";
import { MentionRow } from "./mention_view";
import { isShortcut } from "./shortcuts";

/// Rows are drawn and forgotten so many together.
const kRowsTogether = 20;
/// What is nearer to the window than this is drawn.
const kAheadPx = 1500;
/// A row's height until some were measured.
const kGuessPx = 120;

const kNone: ReadonlySet<string> = new Set();

interface RowsProps {
  mentions: Mention[];
  /// Of the first of them, in the list, from 1.
  position: number;
  /// Of the list; -1: it goes on, nobody knows how far.
  setSize: number;
  openRef: string | null;
  ticked: ReadonlySet<string>;
  mayTick: boolean;
  onOpen: (ref: string) => void;
  onTick: (ref: string) => void;
}

function isSameRows(a: Mention[], b: Mention[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

const Rows = memo(({ mentions, position, setSize, openRef, ticked, mayTick, onOpen, onTick }: RowsProps) => (
  <>
    {mentions.map((mention, at) => (
      <MentionRow key={mention.ref} mention={mention} position={position + at} setSize={setSize} selected={openRef === mention.ref}
        ticked={mayTick ? ticked.has(mention.ref) : undefined} onOpen={onOpen} onTick={onTick} />
    ))}
  </>
), (a, b) => isSameRows(a.mentions, b.mentions) && a.position === b.position && a.setSize === b.setSize && a.openRef === b.openRef
  && a.ticked === b.ticked && a.mayTick === b.mayTick && a.onOpen === b.onOpen && a.onTick === b.onTick);

/// Which chunks of a long list are drawn: those near the window, the one that has the focus and the one that is open. What is not drawn is
/// a gap as high as its rows were when they were last drawn, or as rows are on the average.
class Chunks {
  private heights: (number | undefined)[] = [];
  private width = 0;
  private guess = 0;

  /// Learns the heights of what is drawn. `list` holds rows with their position and gaps, in order.
  measure(list: HTMLElement): void {
    if (list.clientWidth !== this.width) {
      this.heights = [];
      this.guess = 0;
      this.width = list.clientWidth;
    }
    let chunk = -1, top = 0, rows = 0;
    const end = (bottom: number) => {
      if (chunk >= 0 && rows > 0) this.heights[chunk] = bottom - top;
    };
    for (const child of list.children as HTMLCollectionOf<HTMLElement>) {
      const position = Number(child.getAttribute("aria-posinset") ?? 0);
      const its = position > 0 ? Math.floor((position - 1) / kRowsTogether) : -1;
      if (its !== chunk) {
        end(child.offsetTop);
        chunk = its;
        top = child.offsetTop;
        rows = 0;
      }
      rows += 1;
    }
    end(list.offsetTop + list.clientHeight);
    const known = this.heights[0];
    if (!this.guess && known) this.guess = known / kRowsTogether;
  }

  height(chunk: number, rows: number): number {
    return this.heights[chunk] ?? rows * (this.guess || kGuessPx);
  }

  /// Those within [from, to] px of the list's beginning.
  within(from: number, to: number, count: number): number[] {
    const near: number[] = [];
    let top = 0;
    for (let chunk = 0; chunk * kRowsTogether < count && top <= to; ++chunk) {
      const bottom = top + this.height(chunk, Math.min(kRowsTogether, count - chunk * kRowsTogether));
      if (bottom >= from) near.push(chunk);
      top = bottom;
    }
    return near;
  }
}

const chunkOf = (at: number) => Math.floor(at / kRowsTogether);
const rowAt = (at: number) => document.querySelector<HTMLElement>(`li.row[aria-posinset="${at + 1}"] > button`);
const positionOf = (element: Element | null | undefined) => Number(element?.closest("li.row")?.getAttribute("aria-posinset") ?? 0) - 1;

interface Props {
  mentions: Mention[];
  /// The list goes on beyond them.
  goesOn: boolean;
  busy: boolean;
  openRef: string | null;
  ticked: ReadonlySet<string>;
  mayTick: boolean;
  onOpen: (ref: string) => void;
  onTick: (ref: string) => void;
}

/// The list of mentions, of which only what is near the window is in the document: of thousands it costs what it does of fifty. `j` and
/// `k` walk through all of it, whatever is drawn.
export function InboxList({ mentions, goesOn, busy, openRef, ticked, mayTick, onOpen, onTick }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const chunks = useRef(new Chunks());
  const wanted = useRef(-1); // a row that gets the focus as soon as it is drawn
  const [drawn, setDrawn] = useState<number[]>([0, 1]);
  const openAt = openRef ? mentions.findIndex(({ ref }) => ref === openRef) : -1;
  const count = mentions.length;

  const look = useCallback(() => {
    if (!list.current) return;
    chunks.current.measure(list.current);
    const above = -list.current.getBoundingClientRect().top;
    const near = new Set(chunks.current.within(above - kAheadPx, above + innerHeight + kAheadPx, count));
    for (const at of [positionOf(document.activeElement), openAt, wanted.current]) {
      if (at >= 0 && at < count) near.add(chunkOf(at));
    }
    const now = [...near].sort((a, b) => a - b);
    setDrawn((old) => (old.length === now.length && old.every((one, at) => one === now[at]) ? old : now));
  }, [count, openAt]);

  useLayoutEffect(look, [look]);
  useLayoutEffect(() => {
    const row = wanted.current < 0 ? null : rowAt(wanted.current);
    if (!row && wanted.current < count) return;
    wanted.current = -1;
    row?.focus();
  });
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        look();
      });
    };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [look]);

  useEffect(() => {
    /// The row that keys go on from, which may be waiting to be drawn.
    const here = () => [wanted.current, positionOf(document.activeElement), openAt].find((at) => at >= 0) ?? -1;
    const move = (by: number) => {
      if (count === 0) return;
      const to = Math.max(0, Math.min(count - 1, here() + by));
      const row = rowAt(to);
      wanted.current = row ? -1 : to;
      if (row) row.focus();
      else look();
    };
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "w") focusSoon("#why");
      else if (event.key === "x" && mayTick) {
        const mention = mentions[here()];
        if (mention) onTick(mention.ref);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [mentions, count, openAt, mayTick, onTick, look]);

  const parts = [];
  let next = 0;
  const gap = (to: number) => {
    let px = 0;
    for (; next < to; ++next) px += chunks.current.height(next, Math.min(kRowsTogether, count - next * kRowsTogether));
    if (px > 0) parts.push(<li key={`gap ${to}`} class="gap" aria-hidden="true" style={{ height: `${px}px` }} />);
  };
  const all = chunkOf(count - 1) + 1;
  for (const chunk of drawn) {
    if (chunk >= all) continue;
    gap(chunk);
    const rows = mentions.slice(chunk * kRowsTogether, (chunk + 1) * kRowsTogether);
    const holds = (ref: string) => rows.some((mention) => mention.ref === ref);
    parts.push(<Rows key={chunk} mentions={rows} position={chunk * kRowsTogether + 1} setSize={goesOn ? -1 : count} openRef={openRef && holds(openRef) ? openRef : null}
      ticked={ticked.size > 0 ? ticked : kNone} mayTick={mayTick} onOpen={onOpen} onTick={onTick} />);
    next = chunk + 1;
  }
  gap(all);
  return <ol ref={list} aria-labelledby="inbox-title" aria-busy={busy}>{parts}</ol>;
}
