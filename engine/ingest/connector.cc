#include "engine/ingest/connector.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vigie {
namespace asio = boost::asio;

namespace {

// A commit wakes whoever waits for room, but workers make room a little before the commit that
// follows: look again after this long.
constexpr std::chrono::milliseconds kRoomCheckInterval{5};
// A notification is never lost, so this only bounds the harm of a bug.
constexpr std::chrono::milliseconds kCommitCheckInterval{1000};

constexpr std::array<std::string_view, 9> kSharedSettings = {
    "id",      "type",       "format",
    "network", "base_url",   "owned_by",
    "country", "legal_note", "cents_per_1000_reads"};

}  // namespace

Port::Port(std::shared_ptr<const Origin> origin, Inlet& inlet, const CommitLedger& ledger,
           CommitSignal& signal, const Clock& clock, std::string resume_cursor)
    : origin_(std::move(origin)),
      inlet_(inlet),
      ledger_(ledger),
      signal_(signal),
      clock_(clock),
      resume_cursor_(std::move(resume_cursor)) {}

Result<std::uint64_t> Port::try_send(Parcel& parcel) {
  Envelope envelope;
  envelope.origin = origin_;
  envelope.bytes = std::move(parcel.bytes);
  envelope.received_at = clock_.now();
  envelope.mode = parcel.mode;
  envelope.time_shift = parcel.time_shift;
  envelope.cursor = std::move(parcel.cursor);
  envelope.receipt = std::move(parcel.receipt);
  const std::uint64_t sequence = inlet_.offer(envelope);
  if (sequence == 0) {
    parcel.bytes = std::move(envelope.bytes);
    parcel.cursor = std::move(envelope.cursor);
    parcel.receipt = std::move(envelope.receipt);
    return fail(ErrorCode::kFull, inlet_.is_held() ? "the engine's disk is nearly full"
                                                   : "the engine is busy: its rings are full");
  }
  return sequence;
}

asio::awaitable<std::uint64_t> Port::send(Parcel parcel) {
  for (;;) {
    if (const auto sequence = try_send(parcel)) {
      co_return *sequence;
    }
    co_await signal_.next(kRoomCheckInterval);
  }
}

asio::awaitable<void> Port::committed(std::uint64_t sequence) {
  while (!is_committed(sequence)) {
    co_await signal_.next(kCommitCheckInterval);
  }
}

asio::awaitable<PushAnswer> Connector::push(PushRequest) {
  PushAnswer answer;
  answer.status = 404;
  answer.body = R"({"error":"this connector takes no pushes"})";
  co_return answer;
}

void allow_connector_settings(const Settings& settings, std::initializer_list<std::string_view> own,
                              std::vector<Problem>& problems) {
  allow_connector_settings(settings, std::span(own.begin(), own.size()), problems);
}

void allow_connector_settings(const Settings& settings, std::span<const std::string_view> own,
                              std::vector<Problem>& problems) {
  for (const auto& [name, value] : settings.fields()) {
    if (std::ranges::count(own, name) == 0 && std::ranges::count(kSharedSettings, name) == 0) {
      value.complain("unknown setting '" + name + "'", problems);
    }
  }
}

}  // namespace vigie
