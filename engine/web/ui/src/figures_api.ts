// What is counted: indicators, statistics, what is usual, what sources saw and cost, the public weeks.
import { call, range, type Summary } from "./api";

export type Sight = "clear" | "partial" | "blind" | "unwatched";

export interface CoverageInterval {
  from: string;
  to: string;
  sight: Sight;
  state: string;
  reason: string;
}

export interface SourceCoverage {
  source: string;
  healthy_share: number | null;
  blind_s: number;
  reasons: { state: string; reason: string; seconds: number }[];
  intervals: CoverageInterval[];
}

export interface Coverage {
  from: string;
  to: string;
  healthy_share: number | null;
  partial_share: number | null;
  sources: SourceCoverage[];
}

export interface CostShare {
  euros: number;
  reads: number;
  requests: number;
  bytes: number;
}

interface TenantCost {
  tenant: string;
  kept: number;
  share: CostShare;
}

export interface Costs {
  from: string;
  to: string;
  sources: { source: string; total: CostShare; unkept: CostShare; tenants: TenantCost[] }[];
  tenants: TenantCost[];
  unkept: CostShare;
  total: CostShare;
}

export interface KpiFigure {
  value: number | null;
  n: number;
  error: number | null;
  reason: string | null;
}

export interface Kpi extends KpiFigure {
  name: string;
  unit: string;
  coverage: number | null;
  /// Over a gap of what the sources saw.
  partial: boolean;
  formula: string;
  parts: (KpiFigure & { name: string })[];
  previous: KpiFigure;
}

export interface Kpis {
  from: string;
  to: string;
  previous: { from: string; to: string };
  kpis: Kpi[];
  crisis_index: { value: number; word: Summary["state"]; terms: { name: string; weight: number; score: number; points: number }[] };
}

export interface Counts {
  mentions: number;
  stories: number;
  urgent: number;
  negative: number;
  neutral: number;
  positive: number;
}

export interface Statistics {
  from: string;
  to: string;
  totals: Counts;
  /// Of a topic each; "": all mentions.
  series: (Counts & { at: string; topic: string })[];
  topics: (Counts & { topic: string })[];
  sources: (Counts & { source: string })[];
}

/// What each hour usually has, and between which counts 95 of 100 such hours lie.
export interface Usual {
  warm: boolean;
  days_seen: number;
  hours: { at: string; expected: number; low: number; high: number }[];
}

export interface Objective {
  number: number;
  kpi: string;
  part: string;
  target: number;
  direction: "at_least" | "at_most";
  owner: string;
  due: string;
  closed: boolean;
  progress: string;
  figure: KpiFigure & { from: string; to: string };
}

export interface PublicWeek {
  week: string;
  from: string;
  to: string;
  /// null: hidden.
  rows: { topic: string; is_total: boolean; negative: number | null; neutral: number | null; positive: number | null; all: number | null }[];
}

export interface PublicWeeks {
  name: string;
  least_authors: number;
  weeks: PublicWeek[];
}

export const figuresApi = {
  coverage: (tenant: string, from: number, to: number) => call<Coverage>("GET", `/api/v1/tenants/${tenant}/coverage?${range(from, to)}`),
  costs: (from: number, to: number) => call<Costs>("GET", `/api/v1/costs?${range(from, to)}`),
  kpis: (tenant: string, from: number, to: number) => call<Kpis>("GET", `/api/v1/tenants/${tenant}/kpi?${range(from, to)}`),
  /// By hour.
  statistics: (tenant: string, from: number, to: number) => call<Statistics>("GET", `/api/v1/tenants/${tenant}/stats?${range(from, to)}`),
  usual: (tenant: string, from: number, to: number) => call<Usual>("GET", `/api/v1/tenants/${tenant}/usual?${range(from, to)}`),
  objectives: async (tenant: string) => (await call<{ objectives: Objective[] }>("GET", `/api/v1/tenants/${tenant}/objectives`)).objectives,
  publicWeeks: (tenant: string) => call<PublicWeeks>("GET", `/public/${tenant}/weeks`),
};
