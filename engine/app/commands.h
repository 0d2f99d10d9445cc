#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vigie {

/// What every command answers to the shell.
enum ExitCode : int {
  kOk = 0,
  kInputHadProblems = 1,  ///< the work was done, but some input was refused or a test failed
  kUsage = 2,             ///< the command line or the configuration is wrong
  kFailed = 3,            ///< the world did not allow it: disk, port, lock
};

struct ServeOptions {
  std::string config;
};
/// Runs the service until SIGTERM or SIGINT; SIGHUP reloads rules and lexicons.
int serve(const ServeOptions& options);

struct ClassifyOptions {
  std::string rules;   ///< directory; with `config`, the configuration's if empty
  std::string config;  ///< tenants to classify for; empty: one tenant with every pack, keeping all
  std::string input = "-";
  std::uint32_t threads = 0;  ///< 0: as many as there are CPUs
};
/// Canonical mentions in (NDJSON), one verdict line each out, in order.
int classify(const ClassifyOptions& options);

struct ParseOptions {
  std::string format;
  std::string input = "-";
  std::string base_url;
};
/// One source's message in, canonical mentions out (NDJSON).
int parse(const ParseOptions& options);

struct IngestOptions {
  std::string config;
  std::string input = "-";
  std::string mode = "backfill";
  std::string owned_by;  ///< a tenant that keeps all of it
};
/// Reads canonical mentions into the store of a stopped engine.
int ingest(const IngestOptions& options);

struct RulesOptions {
  std::string rules;
  std::string config;
  bool lines = false;  ///< machine-readable: PASS or FAIL per test
};
int rules_check(const RulesOptions& options);
int rules_test(const RulesOptions& options);

struct ExplainOptions {
  std::string rules, config, tenant;
  std::vector<std::string> variables;  ///< "commune=Techniville", where there is no configuration
  std::string rule;                ///< empty: all that hold, and the names of those that nearly do
  std::string title, text, input;  ///< `input`: canonical mentions instead of `text`
  bool json = false;
};
int rules_explain(const ExplainOptions& options);

struct QueryOptions {
  std::string config;
  std::string tenant;
  std::string topic, tone, urgency, source, since, until;
  std::uint64_t limit = 20;  ///< 0: all
  bool dead_letters = false;
  bool alerts = false;
  bool deliveries = false;
};
/// Stored mentions (or dead letters, alerts, deliveries) as NDJSON, newest first; also while an
/// engine runs.
int query(const QueryOptions& options);

struct ConfigCheckOptions {
  std::string config;
};
int config_check(const ConfigCheckOptions& options);

}  // namespace vigie
