#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert/alerter.h"
#include "engine/store/memory_key_value.h"
#include "tests/alert/judged.h"

namespace vigie {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Somebody who is told: answers as the test says, remembers everything.
struct Reader {
  std::function<Attempt()> answer = [] { return Attempt::delivered(); };
  std::vector<Message> heard;    ///< of every attempt
  std::vector<std::string> has;  ///< keys of what was delivered
};

class ReaderNotifier final : public Notifier {
 public:
  explicit ReaderNotifier(Reader& reader) : reader_(reader) {}
  Attempt deliver(const Message& message) override {
    reader_.heard.push_back(message);
    Attempt attempt = reader_.answer();
    if (attempt.outcome == Attempt::Outcome::kDelivered) {
      reader_.has.push_back(message.idempotency_key);
    }
    return attempt;
  }

 private:
  Reader& reader_;
};

class AlerterFacts : public testing::Test {
 protected:
  AlerterFacts() : metrics({{}, {"techniville"}, {"mail", "chat"}, "test"}) { start(); }

  void start() {
    alerter.reset();
    silences.reset();
    store.reset();
    StoreOptions options;
    options.tenants = {"techniville"};
    auto opened = Store::open(disk.open(), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
    silences = Silences::recall(*store, clock.now()).value();
    std::vector<Alerter::Receiver> receivers;
    receivers.push_back({"mail", std::make_unique<ReaderNotifier>(mail)});
    receivers.push_back({"chat", std::make_unique<ReaderNotifier>(chat)});
    Alerter::Rules rules{"https://vigie.example", Rulings(silences.get(), &policy)};
    if (with_cards) {
      rules.cards = [](const Alert&) {
        return std::vector<CardLink>{{"La <fiche>", "https://vigie.example/f?a=1&b"}};
      };
    }
    alerter = std::make_unique<Alerter>(*store, std::move(receivers), std::move(rules), clock,
                                        metrics, kSeed);
  }
  std::uint64_t raise(const std::vector<std::string>& receivers, std::string body = {}) {
    Judged judged("fuite de gaz");
    judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz");
    Alert alert = judged.alert();
    alert.raised_at = clock.now();
    return raise_body(receivers, body.empty() ? to_json(alert) : body);
  }
  /// An alert that is like any, but for what `change` does to it.
  std::uint64_t raise_like(const std::vector<std::string>& receivers,
                           const std::function<void(Alert&)>& change) {
    Alert alert = Judged("fuite de gaz").because(Axis::kUrgency, "urgence.gaz", "gaz").alert();
    alert.raised_at = clock.now();
    change(alert);
    return raise_body(receivers, to_json(alert));
  }
  std::uint64_t raise_body(const std::vector<std::string>& receivers, const std::string& body) {
    const std::uint64_t number = store->add_alert(0, 20000, body, receivers);
    store->commit();
    store->sync();
    return number;
  }
  void settle() {
    for (int i = 0; i < 100 && alerter->step(); ++i) {
    }
  }
  /// The service's own rhythm: a look every second.
  void live(microseconds time) {
    for (const Time end = clock.now() + time; clock.now() < end; clock.advance(seconds(1))) {
      settle();
    }
  }
  std::vector<Delivery> owed() {
    return store->deliveries(false, clock.now() + hours(24 * 365), 1000).value();
  }
  std::vector<Delivery> dead() { return store->deliveries(true, clock.now(), 1000).value(); }

  static constexpr std::uint64_t kSeed = 20261014;
  bool with_cards = false;
  MemoryDisk disk;
  ManualClock clock{at("2026-10-14T06:14:03Z")};
  Metrics metrics;
  Reader mail, chat;
  std::unique_ptr<Store> store;
  AlertPolicy policy;
  std::unique_ptr<Silences> silences;
  std::unique_ptr<Alerter> alerter;
};

}  // namespace vigie
