#include "engine/alert/describe.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "engine/core/handle_mask.h"
#include "engine/core/own_rules.h"

namespace vigie {
namespace {

/// A quote begins at most so far before the first marked passage.
constexpr std::size_t kLeadBytes = 120;

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// At most kMaxQuoteBytes from `begin` on, whole characters.
std::string_view cut(std::string_view text, std::size_t begin) {
  std::size_t end = std::min(text.size(), begin + Alert::kMaxQuoteBytes);
  while (is_inside_character(text, end)) {
    --end;
  }
  return text.substr(begin, end - begin);
}

/// Whether nothing but spaces stands between the end of one passage and the start of the next.
bool touch(std::string_view text, std::size_t end, std::size_t start) {
  return start <= end ||
         text.substr(end, start - end).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// What an incident is about that neither a topic nor a rule names.
constexpr std::string_view kGeneralSubject = "urgence";

/// Learned words speak for an alert only where they do so, and of urgency.
bool decides(const Evidence& evidence) {
  if (is_learned(evidence.name) && (evidence.axis != Axis::kUrgency || evidence.weight <= 0)) {
    return false;
  }
  return (evidence.axis == Axis::kUrgency || evidence.axis == Axis::kAbuse) &&
         evidence.weight != 0 && evidence.span.end > evidence.span.start;
}

using Decides = std::function<bool(const Evidence&)>;

/// Fills quote and marks: a window of the text that begins shortly before the first deciding
/// passage.
void quote(const Record& record, const Decides& decides, Alert& alert) {
  const std::string_view text = record.mention.text;
  std::vector<Span> spans;
  for (const Evidence& evidence : record.verdict.evidence) {
    if (decides(evidence) && evidence.span.field == Field::kText &&
        evidence.span.end <= text.size()) {
      spans.push_back(evidence.span);
    }
  }
  std::ranges::sort(spans, {}, &Span::start);
  std::size_t begin = 0;
  if (text.size() > Alert::kMaxQuoteBytes && !spans.empty() && spans.front().start > kLeadBytes) {
    begin = std::min<std::size_t>(spans.front().start - kLeadBytes,
                                  text.size() - Alert::kMaxQuoteBytes);
  }
  while (is_inside_character(text, begin)) {
    ++begin;
  }
  alert.quote = cut(mask_handles(text), begin);
  for (const Span& span : spans) {
    if (span.start < begin || span.end > begin + alert.quote.size()) {
      continue;
    }
    const auto start = static_cast<std::uint32_t>(span.start - begin);
    const auto end = static_cast<std::uint32_t>(span.end - begin);
    if (!alert.marks.empty() && touch(alert.quote, alert.marks.back().end, start)) {
      alert.marks.back().end = std::max(alert.marks.back().end, end);
    } else {
      alert.marks.push_back({start, end});
    }
  }
}

/// One per rule, in the order of their first passages; learned words last.
std::vector<Alert::Reason> reasons(const Record& record, const Catalogue& catalogue,
                                   const Decides& decides, std::string_view title,
                                   std::string_view text) {
  std::vector<Alert::Reason> reasons;
  std::vector<Evidence> last;  // passage of each
  for (const Evidence& evidence : record.verdict.evidence) {
    const Span& span = evidence.span;
    const std::string_view field = span.field == Field::kTitle ? title : text;
    if (!decides(evidence) || span.end > field.size()) {
      continue;
    }
    const std::string_view passage = field.substr(span.start, span.end - span.start);
    const auto found = std::ranges::find_if(last, [&evidence](const Evidence& one) {
      return one.name == evidence.name && one.axis == evidence.axis;
    });
    if (found == last.end()) {
      reasons.push_back({std::string(spell(catalogue, evidence.name)),
                         std::string(title_of(catalogue, evidence.name)), std::string(passage),
                         evidence.weight});
      last.push_back(evidence);
      continue;
    }
    Alert::Reason& reason = reasons[static_cast<std::size_t>(found - last.begin())];
    reason.weight += evidence.weight;
    if (found->span.field != span.field || !touch(field, found->span.end, span.start)) {
      reason.text += " … ";
      reason.text += passage;
    } else if (span.end > found->span.end) {
      reason.text += field.substr(found->span.end, span.end - found->span.end);
    }
    *found = evidence;
  }
  const auto is_rule = [](const Alert::Reason& reason) { return reason.rule != kLearnedWordName; };
  std::ranges::stable_partition(reasons, is_rule);
  return reasons;
}

/// The rule whose passages together weigh most on urgency; none where learned words alone decide.
std::optional<std::uint32_t> heaviest_urgency(const Record& record) {
  std::map<std::uint32_t, std::int32_t> weights;
  for (const Evidence& evidence : record.verdict.evidence) {
    if (evidence.axis == Axis::kUrgency && !is_learned(evidence.name)) {
      weights[evidence.name] += evidence.weight;
    }
  }
  const auto heaviest =
      std::ranges::max_element(weights, {}, [](const auto& entry) { return entry.second; });
  return heaviest == weights.end() || heaviest->second <= 0 ? std::nullopt
                                                            : std::optional(heaviest->first);
}

/// How many bytes lie between two passages; 0 if they touch.
std::uint32_t gap(const Span& a, const Span& b) {
  if (a.field != b.field) {
    return UINT32_MAX;
  }
  const std::uint32_t start = std::max(a.start, b.start), end = std::min(a.end, b.end);
  return start > end ? start - end : 0;
}

/// A topic whose words stand further from what is urgent is spoken of beside it.
constexpr std::uint32_t kMaxTopicGapBytes = 48;

/// Of a mention's topics the one whose words stand nearest to what made it urgent; nothing if a
/// rule says what that is, and no topic is near. Words that a town's own rules found decide
/// nothing: they may be another town's.
std::optional<std::uint32_t> urgent_topic(const Record& record, const Catalogue& catalogue) {
  std::optional<std::uint32_t> nearest;
  std::uint64_t least = UINT64_MAX;
  for (const Evidence& word : record.verdict.evidence) {
    if (word.axis != Axis::kTopic || is_own_rule(catalogue.names.at(word.name))) {
      continue;
    }
    const auto rule = std::ranges::find(catalogue.rules, word.name, &RuleInfo::name);
    if (rule == catalogue.rules.end() ||
        std::ranges::find(record.topics, rule->topic) == record.topics.end()) {
      continue;
    }
    for (const Evidence& reason : record.verdict.evidence) {
      if (decides(reason) && gap(word.span, reason.span) < least) {
        least = gap(word.span, reason.span);
        nearest = rule->topic;
      }
    }
  }
  if (least > kMaxTopicGapBytes && heaviest_urgency(record)) {
    return std::nullopt;
  }
  return nearest || record.topics.empty() ? nearest : std::optional(record.topics.front());
}

/// Says what was said, where and when.
void tell_mention(const MentionRef& ref, const Record& record, const Catalogue& catalogue,
                  const Decides& decides, Alert& alert) {
  const Mention& mention = record.mention;
  alert.mention = to_string(ref);
  alert.source = mention.source;
  alert.url = mention.url;
  alert.place = mask_handles(mention.place.name);
  const std::string title = mask_handles(mention.title), text = mask_handles(mention.text);
  alert.title = cut(title, 0);
  quote(record, decides, alert);
  alert.reasons = reasons(record, catalogue, decides, title, text);
  alert.ruleset = catalogue.ruleset;
  alert.created_at = mention.created_at;
  alert.received_at = record.received_at;
}

void tell_tenant(const Tenant& tenant, Time now, Alert& alert) {
  alert.tenant = tenant.id;
  alert.tenant_name = tenant.name;
  alert.language = tenant.language;
  alert.time_zone = tenant.time_zone;
  alert.raised_at = now;
}

/// "Coupure d'eau : 5 auteurs en moins de 30 min, 3 histoires".
std::string words_of(const Voice& voice, std::span<const Spoken> crowd, bool french) {
  std::set<std::uint64_t> authors, stories;
  for (const Spoken& spoken : crowd) {
    authors.insert(spoken.author);
    stories.insert(spoken.story);
  }
  std::string text = voice.title.empty() ? voice.rule : voice.title;
  text += (french ? " : " : ": ") + std::to_string(authors.size());
  text += french ? " auteurs en moins de " : " authors within ";
  text += std::to_string(voice.limit.within.count()) + " min, " + std::to_string(stories.size());
  const bool is_one = stories.size() == 1;
  return text + (french ? (is_one ? " histoire" : " histoires") : (is_one ? " story" : " stories"));
}

void tell_incident(const Raise& raise, Alert& alert) {
  alert.incident = raise.incident;
  alert.subject = raise.subject();
  alert.level = raise.level;
  alert.news = raise.news;
  alert.mode = raise.mode;
  alert.mentions = raise.mentions;
  alert.stories = raise.stories;
  alert.authors = raise.authors;
  alert.opened_at = raise.opened_at;
  alert.last_at = raise.last_at;
}

}  // namespace

Sighting sight(const MentionRef& ref, const Record& record, const Catalogue& catalogue) {
  Sighting sighting;
  sighting.tenant = ref.tenant;
  sighting.mention = ref.sequence;
  const std::optional<std::uint32_t> rule = heaviest_urgency(record);
  if (rule) {
    sighting.rule = catalogue.names.at(*rule);
  }
  if (const std::optional<std::uint32_t> topic = urgent_topic(record, catalogue)) {
    sighting.subject = catalogue.names.at(*topic);
  } else if (rule) {
    sighting.subject = sighting.rule;
  } else {
    sighting.subject = kGeneralSubject;
  }
  sighting.level = record.verdict.urgency;
  sighting.at = record.received_at;
  sighting.mode = record.mode;
  sighting.repost = record.mention.kind == Kind::kRepost || !record.mention.repost_of.empty();
  sighting.official = record.official;
  sighting.certain = rule.has_value();
  sighting.story = founder_of(ref, record).sequence;
  if (record.has_author) {
    std::memcpy(&sighting.author, record.author.data(), sizeof sighting.author);
  }
  sighting.seen_at = sighting.at;
  return sighting;
}

Sighting sight(const Voice& voice, std::span<const Spoken> crowd) {
  Sighting sighting;
  sighting.tenant = voice.tenant;
  sighting.mention = voice.sequence;
  sighting.subject = voice.topic;
  sighting.rule = voice.rule;
  sighting.at = sighting.seen_at = voice.heard_at;
  sighting.mode = voice.mode;
  sighting.story = voice.spoken.story;
  sighting.author = voice.spoken.author;
  sighting.crowd = crowd;
  return sighting;
}

Alert describe(const Tenant& tenant, const MentionRef& ref, const Record& record,
               const Catalogue& catalogue, const Raise& raise, Time now) {
  Alert alert;
  tell_incident(raise, alert);
  tell_tenant(tenant, now, alert);
  if (const std::optional<std::uint32_t> rule = heaviest_urgency(record)) {
    alert.headline = title_of(catalogue, *rule);
  }
  if (alert.headline.empty()) {
    alert.headline = alert.subject != kGeneralSubject ? alert.subject
                     : tenant.language == "en"        ? "Urgent situation"
                                                      : "Situation urgente";
  }
  if (const std::optional<std::uint32_t> topic = urgent_topic(record, catalogue)) {
    alert.topic = catalogue.names.at(*topic);
  }
  tell_mention(ref, record, catalogue, decides, alert);
  return alert;
}

Alert describe_crowd(const Tenant& tenant, const MentionRef& ref, const Record& record,
                     const Catalogue& catalogue, const Raise& raise, const Voice& voice,
                     std::span<const Spoken> crowd, Time now) {
  Alert alert;
  tell_incident(raise, alert);
  tell_tenant(tenant, now, alert);
  alert.headline = voice.title.empty() ? voice.topic : voice.title;
  alert.topic = voice.topic;
  const auto is_of_the_rule = [&](const Evidence& evidence) {
    return evidence.axis == Axis::kTopic && spell(catalogue, evidence.name) == voice.rule;
  };
  tell_mention(ref, record, catalogue, is_of_the_rule, alert);
  for (Alert::Reason& reason : alert.reasons) {
    reason.title = words_of(voice, crowd, tenant.language.starts_with("fr"));
  }
  return alert;
}

Alert describe_end(const Alert& last, const Raise& closed, Time now) {
  Alert alert = last;
  tell_incident(closed, alert);
  alert.title.clear();
  alert.quote.clear();
  alert.url.clear();
  alert.place.clear();
  alert.marks.clear();
  alert.reasons.clear();
  alert.created_at = closed.opened_at;
  alert.received_at = closed.last_at;
  alert.raised_at = now;
  alert.deadline_at = Time{};
  return alert;
}

}  // namespace vigie
