#include "engine/trend/volume_watch.h"

#include <cstring>
#include <functional>
#include <utility>

namespace vigie {

void VolumeWatch::advance(Time now) {
  const Step before = step_of(recent_.now());
  recent_.advance(now);
  if (step_of(recent_.now()) != before) {
    usual_.reset();
  }
  if (opened_at_) {
    recent_.set_aside(0, true);
  }
}

Surprise VolumeWatch::surprise() {
  if (!usual_) {
    usual_ = usual_now(recent_, baseline_, town_);
  }
  if (opened_at_) {
    usual_->level = level_at_opening_;
  }
  return measure(recent_, baseline_, *usual_);
}

void VolumeWatch::reopen(Time opened_at) {
  opened_at_ = opened_at;
  recent_.set_aside({opened_at, Time::max()});
  level_at_opening_ = usual_now(recent_, baseline_, town_).level;
}

std::optional<VolumeEvent> VolumeWatch::see(Time at, std::uint64_t author, Time now) {
  advance(now);
  recent_.add(at, author);
  is_measured_ = recent_.now() - measured_at_ >= kMeasureInterval;
  if (!is_measured_) {
    return std::nullopt;
  }
  measured_at_ = recent_.now();
  return opened_at_ ? close_if_calm() : open_if_surprising();
}

std::optional<VolumeEvent> VolumeWatch::look(Time now) {
  advance(now);
  if (opened_at_) {
    return close_if_calm();
  }
  return std::exchange(is_measured_, true) ? std::nullopt : open_if_surprising();
}

std::optional<VolumeEvent> VolumeWatch::open_if_surprising() {
  if (recent_.sum(RecentVolume::kAuthorSteps) < SurpriseLimits::kAuthors) {
    return std::nullopt;
  }
  const Surprise found = surprise();
  if (!opens(found, recent_)) {
    return std::nullopt;
  }
  opened_at_ = recent_.now();
  calm_since_.reset();
  level_at_opening_ = found.level;
  const std::uint32_t steps = found.window_minutes / static_cast<std::uint32_t>(kStep.count());
  for (std::uint32_t back = 0; back < steps; ++back) {
    recent_.set_aside(back, true);
  }
  return VolumeEvent{VolumeEvent::Kind::kOpened, *opened_at_, found};
}

std::optional<VolumeEvent> VolumeWatch::close_if_calm() {
  const Time now = recent_.now();
  const Surprise found = surprise();
  if (!is_calm(found, recent_)) {
    calm_since_.reset();
  } else if (!calm_since_) {
    calm_since_ = now;
  }
  const bool is_the_usual_now = now - *opened_at_ >= SurpriseLimits::kLongest;
  const bool is_over = calm_since_ && now - *calm_since_ >= SurpriseLimits::kCalm;
  if (!is_over && !is_the_usual_now) {
    return std::nullopt;
  }
  if (is_the_usual_now) {
    for (std::uint32_t back = 0; back < RecentVolume::kSteps; ++back) {
      recent_.set_aside(back, false);
    }
  }
  const VolumeEvent event{VolumeEvent::Kind::kClosed, *opened_at_, found};
  opened_at_.reset();
  calm_since_.reset();
  usual_.reset();
  return event;
}

Result<void> recall_volume(const Store& store, TenantId tenant, Time now, RecentVolume& recent) {
  recent.advance(now);
  const Step last = step_of(now);
  const auto history =
      read_volume(store, tenant, last - std::min(last, RecentVolume::kSteps - 1), last + 1);
  if (!history) {
    return tl::make_unexpected(history.error());
  }
  for (Step step = history->first; step < history->end(); ++step) {
    recent.add(step, history->cells[step - history->first].count);
  }
  const Time since = now - RecentVolume::kAuthorSteps * kStep;
  std::size_t recalled = 0;
  return store.scan_facts(tenant, MentionRef{tenant, day_of(now) + 1, 0}, day_of(since),
                          [&](const MentionFact& fact) {
                            const Time at = fact.created_at;
                            if (at >= since && at <= now && !fact.official) {
                              recent.add_author(at, fact.voice);
                            }
                            recalled += fact.received_at <= now;
                            return recalled < kMaxRecalled;
                          });
}

}  // namespace vigie
