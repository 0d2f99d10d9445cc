#include "engine/quality/sample_book.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "engine/store/bytes.h"

namespace vigie {
namespace {

std::string sample_key(const std::string& tenant, IsoWeek week) {
  return "sample/" + sample_seed(tenant, week);
}
std::string judgements_key(const std::string& tenant, IsoWeek week) {
  return "judged/" + sample_seed(tenant, week) + "/";
}
std::string place_key(std::uint32_t place) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%04u/", place);
  return digits;
}

/// `key`: what follows judgements_key().
Result<Judgement> decode_judgement(std::string_view key, std::string_view bytes) {
  Judgement judgement;
  ByteReader in(bytes);
  judgement.tone = in.choice<Tone>(3);
  judgement.urgent = in.byte() != 0;
  judgement.at = Time(microseconds(in.integer()));
  const std::size_t slash = key.find('/');
  const auto [end, error] =
      std::from_chars(key.data(), key.data() + std::min(slash, key.size()), judgement.place);
  if (error != std::errc() || slash == std::string_view::npos || end != key.data() + slash ||
      !in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored judgement cannot be read: its bytes are damaged");
  }
  judgement.by = key.substr(slash + 1);
  return judgement;
}

void keep(Store& store, std::string key, std::string value) {
  Store::AlertingChange change;
  change.notes.emplace_back(std::move(key), std::move(value));
  store.change_alerting(change);
}

}  // namespace

Result<WeeklySample> SampleBook::draw(TenantId id, const Tenant& tenant, IsoWeek week,
                                      std::string_view by, Time now) {
  auto known = read_sample(store_, id, tenant.id, week);
  if (!known) {
    return tl::make_unexpected(known.error());
  }
  if (*known) {
    return std::move(**known);
  }
  const Time begin = start_of_day(week.monday(), tenant.time_zone);
  const Time end = start_of_day(week.monday() + 7, tenant.time_zone);
  if (now < end) {
    return fail(ErrorCode::kRefused, "the week " + week.text() + " is not over");
  }
  WeeklySample sample;
  sample.tenant = tenant.id;
  sample.week = week;
  sample.drawn_by = by;
  sample.drawn_at = now;
  SampleDrawer drawer(sample_seed(tenant.id, week));
  std::shared_ptr<const Catalogue> last;
  const auto see = [&](const StoredMention& stored) {
    const Record& record = stored.record;
    if (record.official || record.received_at < begin || record.received_at >= end) {
      return true;
    }
    if (last != stored.catalogue) {
      last = stored.catalogue;
      if (sample.rulesets.size() < WeeklySample::kMaxRulesets &&
          std::ranges::find(sample.rulesets, last->ruleset) == sample.rulesets.end()) {
        sample.rulesets.push_back(last->ruleset);
      }
    }
    drawer.see({stored.ref, record.verdict.tone, record.verdict.urgency},
               !record.corrections.empty());
    return true;
  };
  const MentionRef after{id, day_of(end) + 1, 0};
  if (const Result<void> read = store_.scan(id, after, day_of(begin), see); !read) {
    return tl::make_unexpected(read.error());
  }
  drawer.finish(sample);
  if (sample.mentions.empty()) {
    return fail(ErrorCode::kRefused, "nothing was kept in the week " + week.text());
  }
  keep(store_, sample_key(tenant.id, week), encode_sample(sample));
  if (const Day today = day_of(now); tenant.retention_days != 0 && tenant.retention_days < today) {
    const Result<void> gone = forget_before(today - tenant.retention_days, id, tenant.id);
    if (!gone) {
      return tl::make_unexpected(gone.error());
    }
  }
  return sample;
}

Result<void> SampleBook::forget_before(Day day, TenantId id, const std::string& tenant) {
  const auto samples = read_samples(store_, id, tenant);
  if (!samples) {
    return tl::make_unexpected(samples.error());
  }
  Store::AlertingChange change;
  for (const WeeklySample& sample : *samples) {
    if (sample.week.monday() + 7 > day) {
      continue;
    }
    change.notes.emplace_back(sample_key(tenant, sample.week), std::nullopt);
    const auto judged = store_.alerting_notes(judgements_key(tenant, sample.week));
    if (!judged) {
      return tl::make_unexpected(judged.error());
    }
    for (const auto& [key, value] : *judged) {
      change.notes.emplace_back(key, std::nullopt);
    }
  }
  if (!change.notes.empty()) {
    store_.change_alerting(change);
  }
  return {};
}

Result<void> SampleBook::judge(TenantId id, const Tenant& tenant, IsoWeek week,
                               const Judgement& judgement) {
  const auto sample = read_sample(store_, id, tenant.id, week);
  if (!sample) {
    return tl::make_unexpected(sample.error());
  }
  if (!*sample || judgement.place >= (*sample)->mentions.size()) {
    return fail(ErrorCode::kNotFound, "there is no such mention in a sample of that week");
  }
  const std::string of_place = judgements_key(tenant.id, week) + place_key(judgement.place);
  const auto others = store_.alerting_notes(of_place);
  if (!others) {
    return tl::make_unexpected(others.error());
  }
  const std::string key = of_place + judgement.by;
  const bool is_first =
      std::ranges::none_of(*others, [&](const auto& note) { return note.first == key; });
  if (is_first && others->size() >= kJudgesPerMention) {
    return fail(ErrorCode::kFull, "two others have judged this mention");
  }
  std::string value(1, static_cast<char>(judgement.tone));
  value.push_back(judgement.urgent ? '\1' : '\0');
  put_signed(value, judgement.at.time_since_epoch().count());
  keep(store_, key, std::move(value));
  return {};
}

Result<std::vector<WeeklySample>> read_samples(const Store& store, TenantId id,
                                               const std::string& tenant) {
  const auto notes = store.alerting_notes("sample/" + tenant + "/");
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  std::vector<WeeklySample> samples;
  for (const auto& [key, value] : *notes) {
    Result<WeeklySample> sample = decode_sample(id, value);
    if (!sample) {
      return tl::make_unexpected(sample.error());
    }
    samples.push_back(std::move(*sample));
  }
  return samples;
}

Result<std::optional<WeeklySample>> read_sample(const Store& store, TenantId id,
                                                const std::string& tenant, IsoWeek week) {
  const auto notes = store.alerting_notes(sample_key(tenant, week));
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  if (notes->empty()) {
    return std::nullopt;
  }
  Result<WeeklySample> sample = decode_sample(id, notes->front().second);
  if (!sample) {
    return tl::make_unexpected(sample.error());
  }
  return std::optional(std::move(*sample));
}

Result<std::vector<Judgement>> read_judgements(const Store& store, const std::string& tenant,
                                               IsoWeek week) {
  const std::string prefix = judgements_key(tenant, week);
  const auto notes = store.alerting_notes(prefix);
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  std::vector<Judgement> judgements;
  for (const auto& [key, value] : *notes) {
    Result<Judgement> one = decode_judgement(std::string_view(key).substr(prefix.size()), value);
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    judgements.push_back(std::move(*one));
  }
  return judgements;
}

Result<std::optional<JudgedWeek>> read_latest_judged(const Store& store, TenantId id,
                                                     const std::string& tenant, IsoWeek last) {
  const auto samples = read_samples(store, id, tenant);
  if (!samples) {
    return tl::make_unexpected(samples.error());
  }
  for (auto sample = samples->rbegin(); sample != samples->rend(); ++sample) {
    if (sample->week.monday() > last.monday()) {
      continue;
    }
    const auto judgements = read_judgements(store, tenant, sample->week);
    if (!judgements) {
      return tl::make_unexpected(judgements.error());
    }
    if (!judgements->empty()) {
      return JudgedWeek{sample->week, sample->mentions.size(), evaluate(*sample, *judgements)};
    }
  }
  return std::nullopt;
}

}  // namespace vigie
