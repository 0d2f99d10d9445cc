#include "connectors/mention_dates.h"

#include <algorithm>

#include "engine/parse/canonical.h"

namespace vigie {
namespace {

class DateSink final : public MentionSink {
 public:
  void mention(const Mention& mention) override {
    if (mention.created_at == Time{}) {
      return;
    }
    if (!range) {
      range = MentionDates::Range{mention.created_at, mention.created_at};
    }
    range->first = std::min(range->first, mention.created_at);
    range->last = std::max(range->last, mention.created_at);
  }
  void reject(RejectReason, std::string_view, std::string_view) override {}

  std::optional<MentionDates::Range> range;
};

}  // namespace

MentionDates::MentionDates() : mapping_(make_canonical_mapping(Requirement::kClassify)) {}

std::optional<MentionDates::Range> MentionDates::range(std::string_view lines) {
  static const auto origin = std::make_shared<const Origin>();
  Envelope envelope;
  envelope.origin = origin;
  envelope.bytes = Payload(lines);
  DateSink sink;
  mapping_->map(envelope, sink);
  return sink.range;
}

}  // namespace vigie
