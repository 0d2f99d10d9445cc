// Who may do what, and what people may ask of a town that keeps their words (engine/web/api_accounts.cc, api_tokens.cc, api_reveals.cc,
// api_erasures.cc, api_audit.cc).
import { call, sent } from "./api";

export const kRoles = ["reader", "community_manager", "director", "data_protection_officer", "tenant_admin", "operator"] as const;
export type Role = (typeof kRoles)[number];

export interface Reveal {
  id: string;
  state: "waiting" | "approved" | "refused" | "read" | "expired";
  pseudonym: string;
  mention: string;
  reason: string;
  asked_by: string;
  asked_at: string;
}

export interface Identity {
  id?: string;
  name?: string;
  url?: string;
}

/// An author as a network knows them.
export interface AuthorWanted {
  network: string;
  handle?: string;
  author_id?: string;
}

export interface Erasure {
  number: string;
  state: "under_way" | "done";
  kind?: "erasure" | "objection";
  requested_at: string;
  backups_gone_by?: string;
  removed?: { mentions: number };
}

export interface AuditEntry {
  number: number;
  at: string;
  actor: string;
  action: string;
  object: string;
  result: string;
}

export interface Account {
  name: string;
  disabled: boolean;
  /// Has not chosen a password yet.
  invited: boolean;
  second_factor: boolean;
  roles: Record<string, Role[]>;
  manageable: boolean;
}

export interface ApiToken {
  name: string;
  rights: string[];
  tenants: string[];
  made_by: string;
  expires_at: string | null;
  used_at: string | null;
}

export const accessApi = {
  reveals: async (tenant: string) => (await call<{ reveals: Reveal[] }>("GET", `/api/v1/tenants/${tenant}/reveals`)).reveals,
  ownReveals: async (tenant: string) => (await call<{ reveals: Reveal[] }>("GET", `/api/v1/tenants/${tenant}/reveals/mine`)).reveals,
  askReveal: (tenant: string, mention: string, reason: string) => call<Reveal>("POST", `/api/v1/tenants/${tenant}/reveals`, { mention, reason }),
  decideReveal: (tenant: string, id: string, approve: boolean) => call<Reveal>("POST", `/api/v1/tenants/${tenant}/reveals/${id}/decision`, { approve }),
  readIdentity: async (tenant: string, id: string) => (await call<{ identity: Identity }>("POST", `/api/v1/tenants/${tenant}/reveals/${id}/identity`, {})).identity,
  erasures: async (tenant: string) => (await call<{ erasures: Erasure[] }>("GET", `/api/v1/tenants/${tenant}/erasures`)).erasures,
  erase: (tenant: string, author: AuthorWanted & { kind: "erasure" | "objection" }) => call<Erasure>("POST", `/api/v1/tenants/${tenant}/erasures`, author),
  /// As it was signed, to the byte.
  receipt: async (tenant: string, number: string) => (await sent("GET", `/api/v1/tenants/${tenant}/erasures/${number}`)).text(),
  accessFile: (tenant: string, author: AuthorWanted) => call<unknown>("POST", `/api/v1/tenants/${tenant}/access-files`, author),
  evidence: async (tenant: string, ref: string) => (await sent("POST", `/api/v1/tenants/${tenant}/mentions/${ref}/evidence`, {})).blob(),
  audit: (below?: number) => call<{ entries: AuditEntry[]; below: number | null }>("GET", `/api/v1/audit?${new URLSearchParams({ limit: "50", ...(below ? { below: String(below) } : {}) })}`),
  accounts: async () => (await call<{ accounts: Account[] }>("GET", "/api/v1/accounts")).accounts,
  invite: (name: string, roles: Record<string, Role[]>) => call<{ password: string }>("POST", "/api/v1/accounts", { name, roles }),
  setRoles: (name: string, tenant: string, roles: Role[]) => call<void>("POST", `/api/v1/accounts/${name}/roles`, { tenant, roles }),
  renewPassword: (name: string) => call<{ password: string }>("POST", `/api/v1/accounts/${name}/password`, {}),
  disableAccount: (name: string) => call<void>("POST", `/api/v1/accounts/${name}/disable`, {}),
  enableAccount: (name: string) => call<void>("POST", `/api/v1/accounts/${name}/enable`, {}),
  tokens: async () => (await call<{ tokens: ApiToken[] }>("GET", "/api/v1/tokens")).tokens,
  makeToken: (token: { name: string; rights: string[]; tenants: string[]; days: number }) => call<{ token: string }>("POST", "/api/v1/tokens", token),
  revokeToken: (name: string) => call<void>("DELETE", `/api/v1/tokens/${name}`),
};
