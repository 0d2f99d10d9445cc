// A town's rules and what is looked for with their language (engine/web/api_rules.cc, api_explore.cc).
import { call, type Mention, type TextProblem } from "./api";

export interface RuleInPack {
  id: string;
  known_as: string;
  kind: "watch" | "topic" | "tone" | "urgency" | "abuse";
  topic: string;
  weight: number;
  title: string;
  about: string;
  line: number;
  distinct_authors: number;
  within_min: number;
}

export interface RuleTest {
  name: string;
  title: string;
  text: string;
  line: number;
  said_by: number;
  passed: boolean;
  faults: string[];
}

export interface RulePack {
  name: string;
  title: string;
  own: boolean;
  text: string;
  hash?: string;
  rules: RuleInPack[];
  /// Of the own pack: why `refused_text`, which stands on the server, is not in force.
  problems?: TextProblem[];
  refused_text?: string;
  /// null: files on the server changed and are not in force yet.
  tests: RuleTest[] | null;
}

export interface TownRules {
  ruleset: string;
  model: string;
  loaded_at: string;
  may_weigh: boolean;
  variables: string[];
  packs: RulePack[];
}

export interface RulesCheck {
  hash: string;
  problems: TextProblem[];
  doubts: TextProblem[];
  rules: RuleInPack[];
  tests: RuleTest[];
}

interface TopicChange {
  mention: string;
  before: string;
  after: string;
  text: string;
}

interface AlertExample {
  mention: string;
  received_at: string;
  headline: string;
  text: string;
}

export interface RulesPreview {
  days: number;
  since: string;
  backtest: {
    kept_mentions: number;
    alerts_before: number;
    alerts_after: number;
    gained: number;
    lost: number;
    extra_reading_minutes: number;
    topic_gained: number;
    topic_lost: number;
    is_cut: boolean;
    topics_gained: TopicChange[];
    topics_lost: TopicChange[];
    gained_alerts: AlertExample[];
    lost_alerts: AlertExample[];
  };
}

export interface RulesVersion {
  number: number;
  at: string;
  by: string;
  reason: string;
  hash: string;
  in_force: boolean;
  text?: string;
}

export interface Count {
  name: string;
  mentions: number;
}

export interface Exploration {
  from: string;
  to: string;
  scanned: number;
  total: number;
  complete: boolean;
  next: string | null;
  stopped: string | null;
  unit: "hour" | "day";
  by_time: { at: string; mentions: number; negative: number }[];
  by_tone: Count[];
  by_source: Count[];
  by_topic: Count[];
  mentions: { mention: Mention; matched: { field: "title" | "text"; start: number; end: number }[] }[];
}

export interface RuleDraft {
  rule: string;
  topic: string;
  yaml: string;
  tests_yaml: string;
  base: string;
  text: string | null;
}

const rules = (tenant: string) => `/api/v1/tenants/${tenant}/rules`;
const explore = (tenant: string) => `/api/v1/tenants/${tenant}/explore`;

export const rulesApi = {
  show: (tenant: string) => call<TownRules>("GET", rules(tenant)),
  check: (tenant: string, text: string) => call<RulesCheck>("POST", `${rules(tenant)}/check`, { text }),
  preview: (tenant: string, text: string, days: number) => call<RulesPreview>("POST", `${rules(tenant)}/preview`, { text, days }),
  publish: (tenant: string, text: string, reason: string, base: string) =>
    call<{ number: number }>("POST", `${rules(tenant)}/publish`, { text, reason, base }),
  history: async (tenant: string) => (await call<{ versions: RulesVersion[] }>("GET", `${rules(tenant)}/history`)).versions,
  version: (tenant: string, number: number) => call<RulesVersion>("GET", `${rules(tenant)}/history/${number}`),
  restore: (tenant: string, number: number, reason: string) =>
    call<{ number: number }>("POST", `${rules(tenant)}/history/${number}/restore`, { reason }),
  explore: (tenant: string, query: URLSearchParams) => call<Exploration>("GET", `${explore(tenant)}?${query}`),
  csvAddress: (tenant: string, query: URLSearchParams) => `${explore(tenant)}.csv?${query}`,
  draft: (tenant: string, query: string, topic: string) => call<RuleDraft>("POST", `${explore(tenant)}/draft`, { query, topic }),
};
