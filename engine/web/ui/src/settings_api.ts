// What a town sets for itself (engine/web/api_settings.cc).
import { call } from "./api";

export interface SetFeed {
  url: string;
  title: string;
  /// As of a connector; empty: it is not read yet.
  state: string;
  detail: string;
  last_success_at: string | null;
}

export interface TownDate {
  date: string;
  label: string;
}

export interface TownSettings {
  hash: string;
  /// Nothing is read for the town yet, and nothing kept.
  is_new: boolean;
  name: string;
  variables: { name: string; needed: boolean; values: string[] }[];
  feeds: SetFeed[];
  shared_sources: number;
  mail_to: string[];
  mail: { server: string; from: string } | null;
  receivers: string[];
  calendar: TownDate[];
}

export interface SettingsChange {
  base: string;
  name: string;
  variables: Record<string, string[]>;
  feeds: { url: string; title: string }[];
  mail_to: string[];
  calendar: TownDate[];
}

export interface FeedLook {
  fault: "" | "unreachable" | "disallowed" | "status" | "no_feed";
  detail: string;
  url: string;
  title: string;
  entries: number;
  newest_at: string | null;
  first: string[];
}

const of = (tenant: string) => `/api/v1/tenants/${tenant}/settings`;

export const settingsApi = {
  read: (tenant: string) => call<TownSettings>("GET", of(tenant)),
  change: (tenant: string, change: SettingsChange) => call<TownSettings>("POST", of(tenant), change),
  look: (tenant: string, url: string) => call<FeedLook>("POST", `${of(tenant)}/feed`, { url }),
  tryMail: (tenant: string, to: string[]) => call<{ delivered: boolean; detail: string }>("POST", `${of(tenant)}/mail`, { mail_to: to }),
  dates: async (tenant: string) => (await call<{ dates: TownDate[] }>("GET", `/api/v1/tenants/${tenant}/calendar`)).dates,
};
