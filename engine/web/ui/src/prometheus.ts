/// One line of what the engine counts, in Prometheus' text format 0.0.4.
export interface MetricSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const kUnescaped: Record<string, string> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

export function parseMetrics(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (!name || line.startsWith("#")) continue;
    const named: Record<string, string> = {};
    for (const [, label, raw = ""] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) named[label!] = raw.replace(/\\[\\"n]/g, (escaped) => kUnescaped[escaped]!);
    samples.push({ name, labels: named, value: value === "+Inf" ? Infinity : Number(value) });
  }
  return samples;
}

/// The sum of a metric's samples that bear these labels; null: there is none.
export function sumOf(samples: MetricSample[], name: string, labels: Record<string, string> = {}): number | null {
  const found = samples.filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value));
  return found.length === 0 ? null : found.reduce((sum, one) => sum + one.value, 0);
}

/// The value below which `share` of a histogram's observations lie, between its buckets' bounds in proportion (as histogram_quantile does);
/// null: there are none.
export function quantileOf(samples: MetricSample[], name: string, share: number, labels: Record<string, string> = {}): number | null {
  const bounds = new Map<number, number>();
  for (const one of samples) {
    if (one.name !== `${name}_bucket` || !Object.entries(labels).every(([label, value]) => one.labels[label] === value)) continue;
    const bound = one.labels.le === "+Inf" ? Infinity : Number(one.labels.le);
    bounds.set(bound, (bounds.get(bound) ?? 0) + one.value);
  }
  const sorted = [...bounds].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const wanted = share * total;
  let below = 0, from = 0;
  for (const [bound, count] of sorted) {
    if (count >= wanted) return bound === Infinity ? from : from + ((bound - from) * (wanted - below)) / Math.max(count - below, 1e-9);
    below = count;
    from = bound;
  }
  return from;
}
