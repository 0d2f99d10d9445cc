#include "connectors/answer_memory.h"

#include <list>
#include <map>
#include <utility>

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kWaitInterval{10};

}  // namespace

struct AnswerMemory::Entry {
  Entry(asio::any_io_executor executor, std::string key, std::string digest, Time since)
      : key(std::move(key)), digest(std::move(digest)), since(since), done(std::move(executor)) {}
  std::string key, digest;
  Time since;
  std::optional<PushAnswer> answer;
  bool dropped = false;
  Signal done;
};

struct AnswerMemory::State {
  std::map<std::string, std::shared_ptr<Entry>, std::less<>> entries;
  std::list<std::shared_ptr<Entry>> answered;  ///< oldest first
  std::size_t in_flight = 0;

  void forget_old(Time now) {
    while (!answered.empty() &&
           (answered.size() >= kMaxAnswers || now - answered.front()->since > kLifetime)) {
      entries.erase(answered.front()->key);
      answered.pop_front();
    }
  }
};

AnswerMemory::AnswerMemory(asio::any_io_executor executor)
    : executor_(std::move(executor)), state_(std::make_shared<State>()) {}

std::size_t AnswerMemory::size() const { return state_->entries.size(); }

AnswerMemory::Turn::Turn(std::shared_ptr<State> state, std::shared_ptr<Entry> entry)
    : state_(std::move(state)), entry_(std::move(entry)) {}

AnswerMemory::Turn::~Turn() {
  if (!entry_ || entry_->answer) {
    return;
  }
  --state_->in_flight;
  state_->entries.erase(entry_->key);
  entry_->dropped = true;
  entry_->done.notify();
}

void AnswerMemory::Turn::keep(const PushAnswer& answer) {
  entry_->answer = answer;
  --state_->in_flight;
  state_->answered.push_back(entry_);
  entry_->done.notify();
}

asio::awaitable<AnswerMemory::Start> AnswerMemory::begin(std::string key, std::string digest,
                                                         Time now) {
  state_->forget_old(now);
  Start start;
  for (;;) {
    const auto known = state_->entries.find(key);
    if (known == state_->entries.end()) {
      break;
    }
    const std::shared_ptr<Entry> entry = known->second;
    if (entry->digest != digest) {
      start.refusal = Start::Refusal::kOtherBody;
      co_return start;
    }
    while (!entry->answer && !entry->dropped) {
      co_await entry->done.next(kWaitInterval);
    }
    if (entry->answer) {
      start.answer = entry->answer;
      co_return start;
    }
  }
  if (state_->in_flight >= kMaxInFlight) {
    start.refusal = Start::Refusal::kTooMany;
    co_return start;
  }
  auto entry = std::make_shared<Entry>(executor_, key, std::move(digest), now);
  state_->entries.emplace(std::move(key), entry);
  ++state_->in_flight;
  start.turn.emplace(Turn(state_, std::move(entry)));
  co_return start;
}

}  // namespace vigie
