// What the engine says over HTTP (engine/web/api*.cc); /api/v1/openapi.json describes all of it.

import type { Role } from "./access_api";
import { kNoTown } from "./route";

export type Tone = "negative" | "neutral" | "positive";
export type Urgency = "low" | "medium" | "high" | "critical";

export interface Evidence {
  axis: "watch" | "topic" | "sentiment" | "opinion" | "urgency" | "abuse";
  rule: string;
  field?: "title";
  start: number;
  end: number;
  text: string;
  weight: number;
}

/// What is left out is not corrected.
export interface CorrectionRequest {
  tone?: Tone | undefined;
  urgent?: boolean | undefined;
  useful?: boolean | undefined;
}

/// Near-duplicates and reposts, counted once.
export interface Story {
  ref: string;
  mentions: number;
  authors: number;
  first_at?: string;
}

export type WorkState = "new" | "taken" | "answered" | "closed" | "muted";

/// How things stand with a story.
export interface Work {
  state: WorkState;
  by?: string;
  at?: string;
  assignee: string | null;
  tags: string[];
  notes: number;
  last_step: number | null;
  answered_with?: number;
  due_at: string | null;
  overdue: boolean;
}

export interface WorkStep {
  step: "take" | "answer" | "close" | "mute" | "reopen" | "assign" | "tag" | "untag" | "note" | "undo";
  to?: string | null;
  tag?: string;
  text?: string;
  undoes?: number;
  draft?: number;
}

export interface WorkEvent {
  number: number;
  at: string;
  by: string;
  step: WorkStep["step"] | "draft";
  card?: string;
  draft?: number;
  assignee?: string | null;
  tag?: string;
  text?: string;
  withdrawn?: boolean;
  undone: boolean;
}

export interface Mention {
  ref: string;
  story: Story;
  work: Work;
  cards: string[];
  id: string;
  source: string;
  kind: string;
  title?: string;
  text: string;
  lang: string;
  url?: string;
  created_at: string;
  received_at: string;
  edited_at?: string;
  author?: { pseudonym: string; followers: number; official: boolean };
  place?: { name?: string };
  topics: string[];
  sentiment: { label: Tone; score: number; confidence: number; uncertain: boolean };
  urgency: { level: Urgency; score: number };
  abuse: { score: number };
  /// As lists and statistics count it: the verdict, unless people said otherwise.
  in_force: { tone: Tone; urgency: Urgency };
  correction?: CorrectionRequest & { by: string; at: string };
  evidence: Evidence[];
  rule_titles: Record<string, string>;
  ruleset: string;
  model: string;
}

export interface Alert {
  number: number;
  level: Urgency;
  headline?: string;
  subject: string;
  title: string;
  quote: string;
  mention: string;
  raised_at: string;
  deadline_at?: string;
  state: WorkState;
  by?: string;
  incident?: string;
  news: "opened" | "risen" | "closed";
  mentions: number;
  authors: number;
  stories: number;
}

export type SilenceKind = "topics" | "rules" | "sources" | "incidents" | "levels";

export interface Silence {
  number: number;
  state: "pending" | "active" | "ended";
  matchers: Partial<Record<SilenceKind, string[]>>;
  reason: string;
  author: string;
  starts_at: string;
  ends_at: string;
}

/// Of an alert to one receiver.
export interface Delivery {
  alert: number;
  receiver: string;
  state: "dead" | "owed";
  attempts: number;
  next_attempt_at: string | null;
  last_error: string;
}

export interface Summary {
  state: "calm" | "watch" | "tension" | "crisis";
  urgent_unhandled: number;
  open_alerts: number;
  taken_alerts: number;
  past_deadline: number;
  alerts_24h: number;
  /// Of the receiver that has used up most of its day.
  alert_budget: { told: number; of: number } | null;
  mentions_24h: number;
  stories_24h: number;
  oldest_urgent_unhandled_at: string | null;
  last_mention_at: string | null;
}

export interface Connector {
  id: string;
  state: "active" | "waiting" | "finished" | "limited" | "retired" | "starting" | "quota_spent" | "unauthorised" | "disallowed";
  detail: string;
  hosts: string[];
  sends: string[];
  is_pushed: boolean;
  country: string;
  legal_note: string;
  contacted: { host: string }[];
  requests: number;
  errors: number;
  newest_at: string | null;
}

export interface RulesInForce {
  ruleset: string;
  model: string;
  loaded_at: string | null;
  packs: { name: string; title: string; rules: number }[];
}

/// What the town has to say about something.
export interface Card {
  id: string;
  title: string;
  first: string[];
  facts: string[];
  avoid: string[];
  links: { title: string; url: string }[];
  answered_in_public: boolean;
  valid_until: string | null;
}

export interface ReplyDraft {
  draft: number;
  card: string;
  network: string;
  text: string;
  length: number;
  limit: number;
  facts_left_out: number;
}

export interface Sample {
  week: string;
  mentions: number;
  of: number;
  judged: number;
  judged_by_you: number;
}

export interface Judgement {
  tone: Tone;
  urgent: boolean;
}

export interface SampledMention {
  place: number;
  gone: boolean;
  source?: string;
  title?: string;
  text?: string;
  lang?: string;
  created_at?: string;
  your_judgement: Judgement | null;
}

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Confusion {
  classes: { name: string; precision: Estimate | null; recall: Estimate | null }[];
  matrix: number[][];
  accuracy: Estimate | null;
  agreement: { mentions: number; kappa: number | null };
}

export interface SampleResult {
  sample: Sample;
  rulesets: string[];
  corrected_before: number;
  covered: number;
  net_sentiment: { value: number; error: number } | null;
  tone: Confusion;
  urgency: Confusion;
}

export interface EmergentTerm {
  term: string;
  authors_at_least: number;
  share: number;
  background_share: number;
  jlh: number;
}

export interface EmergentGroup {
  id: string;
  kind: "need" | "event";
  score: number;
  terms: EmergentTerm[];
  authors_at_least: number;
  days_heard: number;
  days: number;
  authors_by_day: number[];
  examples: { mention: string; created_at: string; source: string; text: string }[];
}

export interface EmergentStudy {
  from: string;
  to: string;
  kept: number;
  dropped: number;
  cold_start: boolean;
  is_cut: boolean;
  groups: EmergentGroup[];
}

export interface EmergentDraft {
  pack: string;
  rule: string;
  topic: string;
  yaml: string;
  tests_yaml: string;
  /// The town's own pack with it, and the hash of what it was made for; null: it is to be added by hand.
  own_text: string | null;
  own_base: string;
  backtest: { kept_mentions: number; alerts_before: number; alerts_after: number; extra_reading_minutes: number; topics_changed: number };
}

export interface Filter {
  urgency?: Urgency;
  tone?: Tone;
  per_story?: "true";
  topic?: string;
  q?: string;
}

export const kChannels = ["counter", "phone", "paper", "digital_space"] as const;
export type Channel = (typeof kChannels)[number];

/// What somebody said to the town's people; `key` tells entries apart.
export interface CounterEntry {
  channel: Channel;
  key: string;
  text: string;
  subject: string;
  place: string;
  said_at?: string;
}

export interface Tenant {
  id: string;
  name: string;
  counter: boolean;
  retention_days: number;
  purpose: string;
  legal_basis: string;
  public_page: boolean;
  /// What the caller may do there (access/rights.h), and what in no town.
  rights: string[];
  engine_rights: string[];
}

/// What is wrong in a text, in English; lines and columns count from 1, in letters; 0: all of it.
export interface TextProblem {
  file?: string;
  line?: number;
  column: number;
  message: string;
  /// Of settings: which of them, "feeds.2".
  field?: string;
}

/// The engine refused: `status` says how, `needs` what is missing, `detail` why, in English, `problems` where in what was sent.
export class Refused extends Error {
  constructor(readonly status: number, readonly needs = "", readonly detail = "", readonly problems: TextProblem[] = []) {
    super(`HTTP ${status}`);
  }
}

let csrfToken = "";
let sessionOver = () => {};

/// `act` is called whenever the engine no longer knows who asks: it was started again, or the session ran out.
export function onSessionOver(act: () => void): void {
  sessionOver = act;
}

const kSession = "/api/v1/session";

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  return fetch(path, {
    method,
    headers,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/// Throws what was refused.
export async function sent(method: string, path: string, body?: unknown): Promise<Response> {
  let answer = await send(method, path, body);
  if (answer.status === 403 && method !== "GET") {
    // Somebody signed in again in another tab: the same cookie now goes with another token.
    await api.session();
    answer = await send(method, path, body);
  }
  if (answer.status === 401 && !(path === kSession && method === "POST")) sessionOver();
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => ({}))) as { needs?: string; detail?: string; problems?: TextProblem[] };
    throw new Refused(answer.status, problem.needs, problem.detail, problem.problems);
  }
  return answer;
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await sent(method, path, body);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

/// What somebody who is signed in must do before anything else.
export type Duty = "change_password" | "enrol_second_factor";

interface Session {
  account: string;
  csrf: string;
  duty?: Duty | null;
  roles?: Record<string, Role[]>;
  second_factor?: boolean;
  /// Signed in through the town's directory.
  directory?: boolean;
}

function remember(session: Session): Session {
  csrfToken = session.csrf;
  return session;
}

/// Opens a town's live stream. A browser never asks again after an answer other than 200, so that is done here.
export function watch(tenant: string, listeners: {
  onOpen: () => void;
  onLost: () => void;
  onMentions: (count: number) => void;
  onAlert: () => void;
}): () => void {
  const kRetryMs = 5000;
  let stream: EventSource;
  let retry: number | undefined;
  const open = () => {
    stream = new EventSource(`/api/v1/tenants/${tenant}/stream`);
    stream.onopen = listeners.onOpen;
    stream.onerror = () => {
      listeners.onLost();
      if (stream.readyState !== EventSource.CLOSED) return;
      api.session().catch(() => {}); // says whether the session is over
      retry = window.setTimeout(open, kRetryMs);
    };
    stream.addEventListener("mention", () => listeners.onMentions(1));
    stream.addEventListener("skipped", (event) => {
      listeners.onMentions((JSON.parse((event as MessageEvent<string>).data) as { mentions: number }).mentions);
    });
    stream.addEventListener("alert", listeners.onAlert);
  };
  open();
  return () => {
    window.clearTimeout(retry);
    stream.close();
  };
}

export function range(from: number, to: number): URLSearchParams {
  return new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
}

export interface AlertList {
  alerts: Alert[];
  more: boolean;
}

export const api = {
  /// What the button to the town's directory says; empty: there is none.
  directory: async () => {
    const answer = await send("GET", kSession);
    const problem = (await answer.json()) as { directory?: string | true };
    return answer.status === 401 && typeof problem.directory === "string" ? problem.directory : "";
  },
  session: async () => remember(await call<Session>("GET", kSession)),
  signIn: async (account: string, password: string, code: string) =>
    remember(await call<Session>("POST", kSession, { account, password, ...(code ? { code } : {}) })),
  changePassword: async (old: string, fresh: string) => remember(await call<Session>("POST", `${kSession}/password`, { old, new: fresh })),
  beginSecondFactor: () => call<{ secret: string; uri: string }>("POST", `${kSession}/second-factor`),
  confirmSecondFactor: async (code: string) =>
    (await call<{ recovery_codes: string[] }>("POST", `${kSession}/second-factor/confirm`, { code })).recovery_codes,
  signOut: () => call<void>("DELETE", kSession),
  /// The caller's towns; of who only keeps the engine, one without a name that stands for none.
  tenants: async (): Promise<Tenant[]> => {
    const { tenants, engine_rights } = await call<{ tenants: Omit<Tenant, "engine_rights">[]; engine_rights: string[] }>("GET", "/api/v1/tenants");
    const noTown = { id: kNoTown, name: "", counter: false, retention_days: 0, purpose: "", legal_basis: "", public_page: false, rights: [] };
    const towns = tenants.length === 0 && engine_rights.includes("operate_engine") ? [noTown] : tenants;
    return towns.map((town) => ({ ...town, engine_rights }));
  },
  connectors: async () => (await call<{ connectors: Connector[] }>("GET", "/api/v1/connectors")).connectors,
  emergent: (tenant: string, from?: number, to?: number) =>
    call<EmergentStudy>("GET", `/api/v1/tenants/${tenant}/emergent?${from === undefined || to === undefined ? "" : range(from, to)}`),
  draftEmergent: (tenant: string, group: string, from: number, to: number) => call<EmergentDraft>("POST", `/api/v1/tenants/${tenant}/emergent/${group}/draft?${range(from, to)}`),
  rulesInForce: () => call<RulesInForce>("GET", "/api/v1/rules"),
  engineMetrics: async () => (await sent("GET", "/api/v1/engine/metrics")).text(),
  summary: (tenant: string) => call<Summary>("GET", `/api/v1/tenants/${tenant}/summary`),
  story: (tenant: string, ref: string) => call<Story & { items: Mention[] }>("GET", `/api/v1/tenants/${tenant}/stories/${ref}`),
  mention: (tenant: string, ref: string) => call<Mention>("GET", `/api/v1/tenants/${tenant}/mentions/${ref}`),
  mentions: (tenant: string, filter: Filter, before?: string) => {
    const query = new URLSearchParams({ limit: "50" });
    for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
    if (before) query.set("before", before);
    return call<{ mentions: Mention[]; next: string | null }>("GET", `/api/v1/tenants/${tenant}/mentions?${query}`);
  },
  /// What is to be handled, the most pressing first.
  toHandle: (tenant: string, after?: string) =>
    call<{ mentions: Mention[]; next: string | null }>("GET", `/api/v1/tenants/${tenant}/work?${new URLSearchParams(after ? { after } : {})}`),
  work: (tenant: string, ref: string) => call<Work & { allowed: string[] }>("GET", `/api/v1/tenants/${tenant}/work/${ref}`),
  workHistory: async (tenant: string, ref: string) =>
    (await call<{ events: WorkEvent[] }>("GET", `/api/v1/tenants/${tenant}/work/${ref}/history`)).events,
  workAccounts: async (tenant: string) => (await call<{ accounts: string[] }>("GET", `/api/v1/tenants/${tenant}/work/accounts`)).accounts,
  doWork: (tenant: string, ref: string, step: WorkStep) => call<Work>("POST", `/api/v1/tenants/${tenant}/work/${ref}/steps`, step),
  cards: async (tenant: string) => (await call<{ cards: Card[] }>("GET", `/api/v1/tenants/${tenant}/cards`)).cards,
  draft: (tenant: string, ref: string, wanted: { card: string; network?: string; text?: string }) =>
    call<ReplyDraft>("POST", `/api/v1/tenants/${tenant}/stories/${ref}/drafts`, wanted),
  samples: async (tenant: string) => (await call<{ samples: Sample[] }>("GET", `/api/v1/tenants/${tenant}/samples`)).samples,
  drawSample: (tenant: string, week: string) => call<Sample>("POST", `/api/v1/tenants/${tenant}/samples/${week}`, {}),
  sampled: async (tenant: string, week: string) =>
    (await call<{ mentions: SampledMention[] }>("GET", `/api/v1/tenants/${tenant}/samples/${week}/mentions`)).mentions,
  judge: (tenant: string, week: string, place: number, judgement: Judgement) =>
    call<void>("POST", `/api/v1/tenants/${tenant}/samples/${week}/mentions/${place}/judgement`, judgement),
  sampleResult: (tenant: string, week: string) => call<SampleResult>("GET", `/api/v1/tenants/${tenant}/samples/${week}/result`),
  correct: (tenant: string, ref: string, correction: CorrectionRequest) =>
    call<Mention>("POST", `/api/v1/tenants/${tenant}/mentions/${ref}/correction`, correction),
  recordAtCounter: (tenant: string, entry: CounterEntry) => call<{ id: string; known: boolean }>("POST", `/api/v1/tenants/${tenant}/accueil`, entry),
  /// At least the `wanted` newest alerts that are not closed, if there are so many.
  openAlerts: async (tenant: string, wanted: number): Promise<AlertList> => {
    const alerts: Alert[] = [];
    let next: number | null = null;
    do {
      const query = new URLSearchParams({ state: "open", limit: String(Math.min(200, wanted - alerts.length)) });
      if (next) query.set("before", String(next));
      const page: { alerts: Alert[]; next: number | null } = await call("GET", `/api/v1/tenants/${tenant}/alerts?${query}`);
      alerts.push(...page.alerts);
      next = page.next;
    } while (next && alerts.length < wanted);
    return { alerts, more: next !== null };
  },
  alerts: (tenant: string, state: string, before?: number) =>
    call<{ alerts: Alert[]; next: number | null }>("GET", `/api/v1/tenants/${tenant}/alerts?${new URLSearchParams({ limit: "50", ...(state ? { state } : {}), ...(before ? { before: String(before) } : {}) })}`),
  silences: async (tenant: string) => (await call<{ silences: Silence[] }>("GET", `/api/v1/tenants/${tenant}/silences`)).silences,
  makeSilence: (tenant: string, silence: Pick<Silence, "matchers" | "reason" | "ends_at">) => call<Silence>("POST", `/api/v1/tenants/${tenant}/silences`, silence),
  endSilence: (tenant: string, number: number) => call<Silence>("POST", `/api/v1/tenants/${tenant}/silences/${number}/expire`, {}),
  deliveries: async (tenant: string, state: "dead" | "owed") =>
    (await call<{ deliveries: Delivery[] }>("GET", `/api/v1/tenants/${tenant}/deliveries?state=${state}`)).deliveries,
  /// When alerts were raised since `from`, newest first.
  alertTimes: async (tenant: string, from: number): Promise<string[]> => {
    const times: string[] = [];
    let next: number | null = null;
    do {
      const query = new URLSearchParams({ limit: "200", ...(next ? { before: String(next) } : {}) });
      const page: { alerts: Alert[]; next: number | null } = await call("GET", `/api/v1/tenants/${tenant}/alerts?${query}`);
      const recent = page.alerts.filter(({ raised_at }) => Date.parse(raised_at) >= from);
      times.push(...recent.map(({ raised_at }) => raised_at));
      next = recent.length === page.alerts.length ? page.next : null;
    } while (next);
    return times;
  },
  changeAlert: (tenant: string, number: number, action: "take" | "close") =>
    call<Alert>("POST", `/api/v1/tenants/${tenant}/alerts/${number}/${action}`, {}),
};
