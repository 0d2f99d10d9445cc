// What the engine says over HTTP (engine/web/api*.cc); /api/v1/openapi.json describes all of it.

export type Tone = "negative" | "neutral" | "positive";
export type Urgency = "low" | "medium" | "high" | "critical";

export interface Evidence {
  axis: "watch" | "topic" | "sentiment" | "urgency" | "abuse";
  rule: string;
  field?: "title";
  start: number;
  end: number;
  text: string;
  weight: number;
}

export interface Mention {
  ref: string;
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
  evidence: Evidence[];
  ruleset: string;
  model: string;
}

export interface Alert {
  number: number;
  level: Urgency;
  subject: string;
  title: string;
  quote: string;
  mention: string;
  raised_at: string;
  state: "new" | "taken" | "closed";
}

export interface Summary {
  state: "calm" | "watch" | "tension" | "crisis";
  urgent_unhandled: number;
  open_alerts: number;
  taken_alerts: number;
  past_deadline: number;
  mentions_24h: number;
  oldest_urgent_unhandled_at: string | null;
}

export interface Connector {
  id: string;
  state: "active" | "waiting" | "finished" | "limited" | "retired";
  detail: string;
}

export interface Filter {
  urgency?: Urgency;
  tone?: Tone;
  topic?: string;
  q?: string;
}

/// The engine refused: `status` says how.
export class Refused extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

let csrfToken = "";

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const answer = await fetch(path, {
    method,
    headers,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Refused(answer.status);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

interface Session {
  account: string;
  csrf: string;
}

function remember(session: Session): Session {
  csrfToken = session.csrf;
  return session;
}

export const api = {
  session: async () => remember(await call<Session>("GET", "/api/v1/session")),
  signIn: async (account: string, password: string) =>
    remember(await call<Session>("POST", "/api/v1/session", { account, password })),
  signOut: () => call<void>("DELETE", "/api/v1/session"),
  tenants: async () => (await call<{ tenants: { id: string; name: string }[] }>("GET", "/api/v1/tenants")).tenants,
  connectors: async () => (await call<{ connectors: Connector[] }>("GET", "/api/v1/connectors")).connectors,
  summary: (tenant: string) => call<Summary>("GET", `/api/v1/tenants/${tenant}/summary`),
  mention: (tenant: string, ref: string) => call<Mention>("GET", `/api/v1/tenants/${tenant}/mentions/${ref}`),
  mentions: (tenant: string, filter: Filter, before?: string) => {
    const query = new URLSearchParams({ limit: "50" });
    for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
    if (before) query.set("before", before);
    return call<{ mentions: Mention[]; next: string | null }>("GET", `/api/v1/tenants/${tenant}/mentions?${query}`);
  },
  alerts: async (tenant: string) =>
    (await call<{ alerts: Alert[] }>("GET", `/api/v1/tenants/${tenant}/alerts?limit=50`)).alerts,
  changeAlert: (tenant: string, number: number, action: "take" | "close") =>
    call<Alert>("POST", `/api/v1/tenants/${tenant}/alerts/${number}/${action}`, {}),
  stream: (tenant: string) => new EventSource(`/api/v1/tenants/${tenant}/stream`),
};
