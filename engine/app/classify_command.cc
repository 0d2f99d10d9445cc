#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/input.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/core/json_writer.h"
#include "engine/core/verdict_json.h"
#include "engine/parse/canonical.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

/// Pieces handed to each thread before the results are written: enough to keep all busy.
constexpr std::size_t kPiecesPerThread = 8;

/// Judges pieces of input, one after the other; makes their output lines. One per thread.
class Clerk final : private MentionSink {
 public:
  Clerk(std::shared_ptr<const Knowledge> knowledge, const std::vector<Tenant>& tenants)
      : analyser_(std::move(knowledge)),
        tenants_(tenants),
        mapping_(make_canonical_mapping(Requirement::kClassify)) {
    envelope_.origin = std::make_shared<const Origin>();
  }

  void judge(Payload piece, std::string& out) {
    out_ = &out;
    envelope_.bytes = std::move(piece);
    mapping_->map(envelope_, *this);
  }
  std::uint64_t rejected() const { return rejected_; }

 private:
  void mention(const Mention& mention) override {
    JsonWriter json(*out_);
    if (mention.deleted) {
      json.begin_object().key("id").value(mention.id).key("deleted").value(true);
      json.end_object().line();
      return;
    }
    analyser_.match(mention);
    const Verdict& verdict = analyser_.classify(mention);
    write_verdict_line(mention, verdict, *analyser_.knowledge().catalogue,
                       opinions(is_urgent(verdict.urgency)), json);
    json.line();
  }

  void reject(RejectReason reason, std::string_view detail, std::string_view) override {
    ++rejected_;
    JsonWriter json(*out_);
    json.begin_object().key("error").begin_object();
    json.key("reason").value(to_string(reason)).key("detail").value(detail);
    json.end_object().end_object().line();
  }

  std::span<const TenantOpinion> opinions(bool alert) {
    choose_keepers();
    topics_.clear();
    ends_.clear();
    for (const TenantId tenant : keepers_) {
      analyser_.collect_topics(tenant, topics_);
      ends_.push_back(topics_.size());
    }
    opinions_.clear();
    std::size_t start = 0;
    for (std::size_t i = 0; i < keepers_.size(); ++i) {
      opinions_.push_back(
          {tenants_[keepers_[i]].id, std::span(topics_).subspan(start, ends_[i] - start), alert});
      start = ends_[i];
    }
    return opinions_;
  }

  void choose_keepers() {
    keepers_.clear();
    for (TenantId tenant = 0; tenant < tenants_.size(); ++tenant) {
      if (tenants_[tenant].keep_all) {
        keepers_.push_back(tenant);
      }
    }
    analyser_.collect_watchers(tenants_.size(), keepers_);
    std::sort(keepers_.begin(), keepers_.end());
    keepers_.erase(std::unique(keepers_.begin(), keepers_.end()), keepers_.end());
  }

  Analyser analyser_;
  const std::vector<Tenant>& tenants_;
  std::unique_ptr<Mapping> mapping_;
  Envelope envelope_;
  std::string* out_ = nullptr;
  std::uint64_t rejected_ = 0;
  std::vector<TenantId> keepers_;
  std::vector<std::uint32_t> topics_;  ///< of all keepers, one after the other
  std::vector<std::size_t> ends_;
  std::vector<TenantOpinion> opinions_;
};

/// Fills `pieces` from the input, as many as there is room for; says how many came.
Result<std::size_t> read_pieces(Input& input, std::vector<Payload>& pieces) {
  for (std::size_t count = 0; count < pieces.size(); ++count) {
    Result<std::optional<Payload>> piece = input.next();
    if (!piece) {
      return tl::make_unexpected(piece.error());
    }
    if (!*piece) {
      return count;
    }
    pieces[count] = std::move(**piece);
  }
  return pieces.size();
}

}  // namespace

int classify(const ClassifyOptions& options) {
  std::vector<Problem> problems;
  std::vector<Tenant> tenants;
  OwnPacks own;
  std::string rules = options.rules;
  if (!options.config.empty()) {
    const std::optional<Config> config = read_config(options.config, problems);
    if (config) {
      tenants = config->tenants;
      own = read_own_packs(config->data_directory, tenants, problems);
      rules = rules.empty() ? config->rules_directory : rules;
    }
  }
  rules = rules.empty() ? "rules" : rules;
  if (problems.empty() && tenants.empty()) {
    tenants = {everybody(rules)};
  }
  std::shared_ptr<const Knowledge> knowledge;
  if (problems.empty()) {
    knowledge = read_knowledge(rules, tenants, own, problems);
  }
  Result<Input> input = Input::open(options.input);
  if (!input) {
    problems.push_back({options.input, 0, 0, input.error().text});
  }
  if (!problems.empty()) {
    return usage(problems);
  }

  const std::size_t threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<Clerk>> clerks;
  for (std::size_t i = 0; i < threads; ++i) {
    clerks.push_back(std::make_unique<Clerk>(knowledge, tenants));
  }
  std::vector<Payload> pieces(threads * kPiecesPerThread);
  std::vector<std::string> lines(pieces.size());
  for (;;) {
    const Result<std::size_t> count = read_pieces(*input, pieces);
    if (!count) {
      std::fprintf(stderr, "%s: %s\n", options.input.c_str(), count.error().text.c_str());
      return kFailed;
    }
    if (*count == 0) {
      break;
    }
    {
      std::vector<std::jthread> crew;
      for (std::size_t i = 0; i < threads; ++i) {
        crew.emplace_back([&, i] {
          for (std::size_t piece = i; piece < *count; piece += threads) {
            lines[piece].clear();
            clerks[i]->judge(std::move(pieces[piece]), lines[piece]);
          }
        });
      }
    }
    for (std::size_t piece = 0; piece < *count; ++piece) {
      if (std::fwrite(lines[piece].data(), 1, lines[piece].size(), stdout) != lines[piece].size()) {
        std::fputs("vigie: the output cannot be written\n", stderr);
        return kFailed;
      }
    }
  }
  std::uint64_t rejected = 0;
  for (const auto& clerk : clerks) {
    rejected += clerk->rejected();
  }
  if (std::fflush(stdout) != 0) {
    std::fputs("vigie: the output cannot be written\n", stderr);
    return kFailed;
  }
  if (rejected != 0) {
    std::fprintf(stderr, "vigie: %llu of the lines could not be read; each has an error line\n",
                 static_cast<unsigned long long>(rejected));
    return kInputHadProblems;
  }
  return kOk;
}

}  // namespace vigie
