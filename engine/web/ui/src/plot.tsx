import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { language } from "./words";

export interface Series {
  label: string;
  values: (number | null)[];
  /// A custom property of the style sheet, so that light and dark both do.
  colour: string;
  width?: number;
  dash?: number[];
  /// Columns instead of a line.
  columns?: boolean;
}

interface Props {
  /// Says in words what the chart shows; the table says the same to the number.
  summary: string;
  /// Seconds since 1970, ascending; what is shown ends at `until`.
  at: number[];
  until: number;
  series: Series[];
  /// Two of `series` between which the ground is tinted: what is usual.
  band?: [high: number, low: number];
  /// Hatched: what was not seen.
  blind?: { from: number; to: number }[];
  /// Upright lines with a sign on top.
  marks?: { at: number; sign: string; colour: string }[];
  height?: number;
}

const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/// Lines or columns over time, drawn by uPlot: 23 kB compressed, fast with thousands of points; ECharts would be ten times that. What it
/// draws is a picture (role img) with words; the figure around it has the numbers.
export function Plot({ summary, at, until, series, band, blind = [], marks = [], height = 240 }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const draw = () => {
      const axis = { stroke: colourOf("--quiet"), grid: { stroke: colourOf("--line"), width: 1 }, ticks: { stroke: colourOf("--line"), width: 1 } };
      return new uPlot({
        width: Math.max(element.clientWidth, 200),
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { range: [at[0] ?? 0, until] }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
        axes: [{ ...axis, space: 70, values: (_, ticks) => ticks.map(formatTick) }, { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000] }],
        series: [{}, ...series.map((one) => ({
          label: one.label,
          stroke: colourOf(one.colour),
          width: one.width ?? 2,
          ...(one.dash ? { dash: one.dash } : {}),
          ...(one.columns ? { paths: uPlot.paths.bars!({ size: [0.8, 60] }), fill: colourOf(one.colour) } : {}),
          points: { show: false },
        }))],
        ...(band ? { bands: [{ series: [band[0] + 1, band[1] + 1] as [number, number], fill: colourOf("--band") }] } : {}),
        hooks: {
          drawClear: [(plot) => hatch(plot, blind)],
          draw: [(plot) => plant(plot, marks)],
        },
      }, [at, ...series.map(({ values }) => values)] as uPlot.AlignedData, element);
    };
    let plot = draw();
    const again = () => {
      plot.destroy();
      plot = draw();
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    let width = element.clientWidth;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      plot.setSize({ width: Math.max(width, 200), height });
    });
    resized.observe(element);
    return () => {
      dark.removeEventListener("change", again);
      resized.disconnect();
      plot.destroy();
    };
  }, [at, until, series, band, blind, marks, height]);
  return <div class="plot" role="img" aria-label={summary}><div ref={place} aria-hidden="true" /></div>;
}

/// The day where one begins, the hour elsewhere.
function formatTick(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = date.getHours() === 0 && date.getMinutes() === 0;
  return new Intl.DateTimeFormat(language(), day ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" }).format(date);
}

function hatch({ ctx, bbox, valToPos }: uPlot, intervals: { from: number; to: number }[]): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colourOf("--critical");
  ctx.lineWidth = 1;
  for (const { from, to } of intervals) {
    const left = valToPos(from, "x", true), right = Math.max(valToPos(to, "x", true), left + 2);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 8) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

function plant({ ctx, bbox, valToPos }: uPlot, marks: { at: number; sign: string; colour: string }[]): void {
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.textAlign = "center";
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  for (const { at, sign, colour } of marks) {
    const x = valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colourOf(colour);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + 14 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(sign, x, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}
