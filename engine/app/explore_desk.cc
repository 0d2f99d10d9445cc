#include "engine/app/explore_desk.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "engine/alert/town_time.h"
#include "engine/app/letter_column.h"
#include "engine/app/own_pack_draft.h"
#include "engine/app/own_packs.h"
#include "engine/app/query_finder.h"
#include "engine/core/handle_mask.h"
#include "engine/core/json_writer.h"
#include "engine/core/own_rules.h"
#include "engine/core/pseudonym.h"
#include "engine/core/web_link.h"
#include "engine/match/rule_reader.h"
#include "engine/web/csv.h"

namespace vigie {
namespace {

using As = ExploreQuestion::As;
using Count = ExploreAnswer::Count;

constexpr std::chrono::hours kByHour{48};
constexpr std::size_t kMentionsPerLook = 64;  ///< at the clock

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

/// Looks at one mention after the other, newest first.
class Search {
 public:
  Search(const Tenant& tenant, const ExploreQuestion& question, QueryFinder* finder,
         std::chrono::seconds time)
      : tenant_(tenant),
        question_(question),
        finder_(finder),
        until_(std::chrono::steady_clock::now() + time),
        earliest_(question.from) {
    answer_.by_hour = question.to - question.from <= kByHour;
    if (question.as == As::kCsv) {
      append_csv_line({"ref", "received_at", "created_at", "source", "kind", "url", "title", "text",
                       "tone", "urgency", "topics", "author", "matched"},
                      answer_.csv);
    }
  }

  /// False: the time is up.
  bool look(const StoredMention& stored) {
    const Record& record = stored.record;
    ++answer_.scanned;
    if (record.received_at >= question_.from && record.received_at < question_.to &&
        question_.filter.takes(stored) &&
        (finder_ == nullptr || finder_->finds(record.mention, spans_))) {
      count(stored);
      keep(stored);
    }
    if (answer_.scanned % kMentionsPerLook != 0 || std::chrono::steady_clock::now() < until_) {
      return true;
    }
    answer_.stopped = stored.ref;
    earliest_ = std::max(earliest_, record.received_at);
    return false;
  }

  ExploreAnswer finish(Time now) {
    const Time end = std::min(question_.to, now);
    for (Time at = std::chrono::floor<std::chrono::hours>(earliest_); at < end;
         at += std::chrono::hours(1)) {
      by_hour_[at];  // hours without any are 0
    }
    for (const auto& [hour, count] : by_hour_) {
      const std::string name =
          answer_.by_hour ? format_time(hour) : date_of(town_time(tenant_.time_zone, hour).day);
      if (answer_.by_time.empty() || answer_.by_time.back().first != name) {
        answer_.by_time.emplace_back(name, Count());
      }
      answer_.by_time.back().second.mentions += count.mentions;
      answer_.by_time.back().second.negative += count.negative;
    }
    return std::move(answer_);
  }

 private:
  void count(const StoredMention& stored) {
    const Record& record = stored.record;
    const Tone tone = tone_in_force(record);
    ++answer_.total;
    ++answer_.by_tone[std::string(to_string(tone))];
    ++answer_.by_source[std::string(record.mention.source)];
    for (const std::uint32_t topic : record.topics) {
      ++answer_.by_topic[stored.catalogue->names.at(topic)];
    }
    Count& hour = by_hour_[std::chrono::floor<std::chrono::hours>(record.received_at)];
    ++hour.mentions;
    hour.negative += tone == Tone::kNegative;
  }

  /// As many as are wanted; that there is one more says where they go on.
  void keep(const StoredMention& stored) {
    if (kept_ == question_.limit) {
      answer_.next = answer_.next ? answer_.next : last_kept_;
      return;
    }
    ++kept_;
    last_kept_ = stored.ref;
    if (question_.as == As::kCsv) {
      write_line(stored);
    } else {
      answer_.found.push_back({stored.ref, spans_});
    }
  }

  void write_line(const StoredMention& stored) {
    const Record& record = stored.record;
    const Mention& mention = record.mention;
    const std::string text = mask_handles(mention.text), title = mask_handles(mention.title);
    std::string matched;
    for (const Span& span : spans_) {
      const std::string& field = span.field == Field::kTitle ? title : text;
      matched += (matched.empty() ? "" : " | ") + field.substr(span.start, span.end - span.start);
    }
    append_csv_line({to_string(stored.ref), format_time(record.received_at),
                     format_time(mention.created_at), mention.source, to_string(mention.kind),
                     is_web_link(mention.url) ? mention.url : std::string_view(), title, text,
                     to_string(tone_in_force(record)), to_string(urgency_in_force(record)),
                     joined(spell_topics(*stored.catalogue, record.topics)),
                     record.has_author ? to_text(record.author) : std::string(), matched},
                    answer_.csv);
  }

  const Tenant& tenant_;
  const ExploreQuestion& question_;
  QueryFinder* const finder_;  ///< null: everything
  const std::chrono::steady_clock::time_point until_;
  Time earliest_;
  ExploreAnswer answer_;
  std::vector<Span> spans_;
  std::map<Time, Count> by_hour_;
  std::size_t kept_ = 0;
  std::optional<MentionRef> last_kept_;
};

/// "Éclairage public" → "eclairage_public".
std::string id_of(const std::string& topic) {
  std::string id;
  for (const std::string& word : TextFolder::fold_phrase(topic)) {
    std::string letters;
    std::ranges::copy_if(word, std::back_inserter(letters),
                         [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
    id += (id.empty() || letters.empty() ? "" : "_") + letters;
  }
  return "recherche." + (id.empty() ? "theme" : id.substr(0, 40));
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);  // a JSON string is a YAML string
  return out;
}

/// Problems' columns are in letters.
std::unique_ptr<QueryFinder> find_by(const std::string& query, const Tenant& tenant,
                                     std::vector<Problem>& problems) {
  std::unique_ptr<QueryFinder> finder = QueryFinder::make(query, tenant, problems);
  for (Problem& problem : problems) {
    problem.column = letter_column(query, problem.column);
  }
  return finder;
}

/// Its own, among those of a pack.
std::string free_id(std::string id, const RulePack& pack, const std::string& prefix) {
  const auto is_taken = [&](const std::string& wanted) {
    return std::ranges::find(pack.rules, prefix + wanted, &Rule::id) != pack.rules.end();
  };
  std::string wanted = id;
  for (int number = 2; is_taken(wanted); ++number) {
    wanted = id + "_" + std::to_string(number);
  }
  return wanted;
}

}  // namespace

Result<ExploreAnswer> ExploreDesk::answer(TenantId tenant, const ExploreQuestion& question) const {
  if (question.as == As::kDraft) {
    return draft(tenant, question);
  }
  const std::shared_ptr<const Config> config = engine_.config_now();
  const Tenant& town = config->tenants[tenant];
  ExploreAnswer refused;
  std::unique_ptr<QueryFinder> finder;
  if (question.query.find_first_not_of(" \t\r\n") != std::string::npos) {
    finder = find_by(question.query, town, refused.problems);
    if (finder == nullptr) {
      return refused;
    }
  }
  Search search(town, question, finder.get(), question.as == As::kCsv ? kCsvTime : kLookTime);
  const MentionRef end{tenant, day_of(question.to) + 1, 0};
  const Result<void> read =
      engine_.store().scan(tenant, question.before.value_or(end), day_of(question.from),
                           [&](const StoredMention& stored) { return search.look(stored); });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  return search.finish(engine_.clock().now());
}

Result<ExploreAnswer> ExploreDesk::draft(TenantId tenant, const ExploreQuestion& question) const {
  constexpr std::string_view kOrdinary = "Le conseil municipal se réunit jeudi soir.";
  const std::shared_ptr<const Config> now = engine_.config_now();
  const Config& config = *now;
  const Tenant& town = config.tenants[tenant];
  ExploreAnswer answer;
  const auto finder = find_by(question.query, town, answer.problems);
  if (finder == nullptr) {
    return answer;
  }
  const std::shared_ptr<const Knowledge> in_force = engine_.knowledge();
  const auto own = in_force->own_texts.find(town.id);
  const std::string text = own == in_force->own_texts.end() ? std::string() : own->second;
  std::vector<Problem> problems;
  const TestedPack pack = parse_own_pack(text, town, "", config.tenants.size() == 1, problems);
  const std::string id = free_id(id_of(question.topic), pack.pack, own_rule_prefix(town.id));

  OwnRuleDraft draft;
  draft.rule = "  - id: " + id + "\n    topic: " + quoted(question.topic) +
               "\n    query: " + quoted(question.query) + "\n";
  Mention ordinary;
  ordinary.text = kOrdinary;
  std::vector<Span> spans;
  if (const std::string words = finder->example(); !words.empty()) {
    draft.tests += "  - {text: " + quoted(words) + ", matches: [" + id + "]}\n";
  }
  if (!finder->finds(ordinary, spans)) {
    draft.tests += "  - {text: " + quoted(kOrdinary) + ", not: [" + id + "]}\n";
  }
  const std::optional<std::string> whole = with_rule(text, draft, "Règles de " + town.name.text());
  problems.clear();
  parse_own_pack(whole.value_or(""), town, "", config.tenants.size() == 1, problems);

  JsonWriter json(answer.draft);
  json.begin_object().key("rule").value(id).key("topic").value(question.topic);
  json.key("yaml").value(draft.rule).key("tests_yaml").value(draft.tests);
  json.key("base").value(own_pack_hash(text)).key("text");
  whole&& problems.empty() ? json.value(*whole) : json.null();
  json.end_object();
  return answer;
}

}  // namespace vigie
