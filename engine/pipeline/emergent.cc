#include "engine/pipeline/emergent.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "engine/core/training_text.h"
#include "engine/parse/text_folder.h"
#include "engine/pipeline/analyser.h"
#include "engine/trend/term_cutter.h"
#include "engine/trend/voice_log.h"

namespace vigie {
namespace {

/// A kept mention of the period and what terms it holds.
struct KeptMention {
  MentionRef ref;
  std::vector<std::string> keys;
};

class Study {
 public:
  Study(const Store& store, const EmergentSubject& subject, Day first, Day last)
      : store_(store),
        subject_(subject),
        cutter_(subject.language, subject.word_shares),
        analyser_(subject.knowledge),
        period_(last - first + 1),
        background_days_(std::min(first, period_ * EmergentStudy::kBackgroundPeriods)),
        foreground_(period_),
        background_(background_days_) {
    study_.first = first;
    study_.last = last;
  }

  Result<EmergentStudy> run() {
    for (const auto& hear : {&Study::hear_kept, &Study::hear_dropped}) {
      if (const Result<void> heard = (this->*hear)(); !heard) {
        return tl::make_unexpected(heard.error());
      }
    }
    study_.background_days = background_.days_with_voices();
    const auto is_known = [this](std::string_view term) { return is_looked_for(term); };
    for (EmergingGroup& found :
         find_emerging(foreground_, background_, *subject_.word_shares, is_known)) {
      study_.groups.push_back({std::move(found), {}});
      if (const Result<void> read = find_examples(study_.groups.back()); !read) {
        return tl::make_unexpected(read.error());
      }
    }
    return std::move(study_);
  }

 private:
  /// The log of a day, and which of its days it is.
  std::optional<std::pair<VoiceLog*, std::uint32_t>> place(Day day) {
    const Day start = study_.first - background_days_;
    if (day < start || day > study_.last) {
      return std::nullopt;
    }
    return day < study_.first ? std::pair(&background_, day - start)
                              : std::pair(&foreground_, day - study_.first);
  }

  /// Newest first. What was said in the period was received in it or later.
  Result<void> hear_kept() {
    std::size_t heard = 0;
    return store_.scan(
        subject_.id, std::nullopt, study_.first - background_days_,
        [&](const StoredMention& stored) {
          const Record& record = stored.record;
          const auto where = place(day_of(record.mention.created_at));
          if (!where || !record.topics.empty() || record.official || is_repeated(record.mention)) {
            return true;
          }
          if (heard++ == EmergentStudy::kMaxKeptMentions) {
            study_.is_cut = true;
            return false;
          }
          hear(stored, *where->first, where->second);
          return true;
        });
  }

  void hear(const StoredMention& stored, VoiceLog& log, std::uint32_t day) {
    const Record& record = stored.record;
    folder_.fold(record.mention.title, record.mention.text, folded_);
    const std::span<const Term> terms = cutter_.cut(record.mention, folded_);
    log.hear_kept(day, terms, voice_of(record));
    if (&log == &foreground_) {
      ++study_.kept;
      KeptMention& kept = kept_.emplace_back();
      kept.ref = stored.ref;
      for (const Term& term : terms) {
        kept.keys.push_back(term.key);
      }
    }
  }

  /// Newest first: the background then knows which terms are asked for.
  Result<void> hear_dropped() {
    for (Day day = study_.last + 1; day-- > study_.first - background_days_;) {
      const Result<std::optional<std::string>> stored = store_.heard_terms(day);
      if (!stored) {
        return tl::make_unexpected(stored.error());
      }
      if (!*stored) {
        continue;
      }
      const Result<TermSketch> sketch = TermSketch::decode(**stored);
      if (!sketch) {
        return tl::make_unexpected(sketch.error());
      }
      const auto where = place(day);
      where->first->hear_dropped(where->second, *sketch,
                                 day < study_.first ? &foreground_ : nullptr);
      study_.dropped += day < study_.first ? 0 : sketch->mentions();
    }
    return {};
  }

  bool is_looked_for(std::string_view term) {
    Mention mention;
    mention.text = term;
    analyser_.match(mention);
    topics_.clear();
    analyser_.collect_topics(subject_.id, topics_);
    return !topics_.empty();
  }

  Result<void> find_examples(EmergentStudy::Group& group) {
    std::set<std::string_view> wanted;
    for (const EmergingTerm& term : group.found.terms) {
      wanted.insert(term.key);
    }
    std::vector<std::pair<std::size_t, const KeptMention*>> with_terms;
    for (const KeptMention& kept : kept_) {
      const auto held = static_cast<std::size_t>(
          std::ranges::count_if(kept.keys, [&](const auto& key) { return wanted.contains(key); }));
      if (held != 0) {
        with_terms.emplace_back(held, &kept);
      }
    }
    std::ranges::stable_sort(with_terms, std::greater(), [](const auto& one) { return one.first; });
    with_terms.resize(std::min(with_terms.size(), EmergentStudy::kMaxExamples));
    for (const auto& [held, kept] : with_terms) {
      const Result<std::optional<StoredMention>> stored = store_.mention(kept->ref);
      if (!stored) {
        return tl::make_unexpected(stored.error());
      }
      if (*stored) {  // else it was deleted meanwhile
        const Mention& mention = (*stored)->record.mention;
        group.examples.push_back({kept->ref, mention.created_at, std::string(mention.source),
                                  training_text(mention.title, mention.text)});
      }
    }
    return {};
  }

  const Store& store_;
  const EmergentSubject& subject_;
  TextFolder folder_;
  FoldedText folded_;
  TermCutter cutter_;
  Analyser analyser_;
  Day period_, background_days_;
  VoiceLog foreground_, background_;
  std::vector<KeptMention> kept_;
  std::vector<std::uint32_t> topics_;
  EmergentStudy study_;
};

}  // namespace

Result<EmergentStudy> study_emergent(const Store& store, const EmergentSubject& subject, Day first,
                                     Day last) {
  if (first > last || last - first >= EmergentStudy::kMaxDays) {
    return fail(ErrorCode::kInvalidInput, "a study covers 1 to 31 days");
  }
  return Study(store, subject, first, last).run();
}

}  // namespace vigie
