#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/alert/alerter.h"
#include "engine/app/library.h"
#include "engine/ingest/connector.h"
#include "tests/pipeline/pipeline_under_test.h"
#include "tests/pipeline/stored.h"

namespace vigie {

/// The tenant of deploy/vigie.yaml.
inline Tenant techniville() {
  Tenant town;
  town.id = "techniville";
  town.name = "Techniville";
  town.packs = {"municipal_fr"};
  town.variables = {{"commune", {"Techniville"}},
                    {"elus", {"Martin Descombes"}},
                    {"services", {"mairie de Techniville", "régie des eaux"}}};
  town.official_accounts = {{"x", "VilleTechniville"}};
  town.receivers = {"community-manager"};
  return town;
}

/// The rules as they are shipped.
inline std::shared_ptr<const Knowledge> shipped_knowledge() {
  static const std::shared_ptr<const Knowledge> once = [] {
    std::vector<Problem> problems;
    auto read = read_knowledge(VIGIE_SOURCE_DIR "/rules", {techniville()}, problems);
    EXPECT_TRUE(problems.empty()) << to_string(problems);
    return read;
  }();
  return once;
}

inline std::shared_ptr<const WordShares> shipped_word_shares() {
  std::vector<Problem> problems;
  auto words = read_word_shares(VIGIE_SOURCE_DIR "/rules", "fr", problems);
  EXPECT_TRUE(problems.empty()) << to_string(problems);
  return words;
}

/// Estimates of how many people spoke hang on the store's secret: two authors may share a bit. One
/// secret, so that they are the same in every run.
struct OwnDisk {
  OwnDisk() {
    WriteBatch secret;
    secret.put(Family::kMeta, "hash-key", std::string(16, 'k'));
    EXPECT_TRUE(disk.open()->write(secret));
  }
  MemoryDisk disk;
};

/// The engine from a connector's port to a receiver's mailbox, on one thread, and the town's
/// fortnight played through it: the clock says what it said then.
class Fortnight : private OwnDisk, public PipelineUnderTest {
 public:
  struct Mail {
    Time at{};
    Message message;
  };

  /// `lines` of `envelopes` envelopes arrive at once, the last of them just said.
  explicit Fortnight(const Tenant& town = techniville(), std::size_t workers = 1,
                     std::size_t envelopes = 1, std::size_t lines_per_envelope = 1)
      : PipelineUnderTest(disk, {.tenants = {town},
                                 .knowledge = shipped_knowledge(),
                                 .keys = {TenantKey{7}},
                                 .connectors = {"techniville"},
                                 .receivers = {"community-manager"},
                                 .now = at("2026-10-05T00:00:00Z"),
                                 .workers = workers,
                                 .word_shares = shipped_word_shares()}) {
    auto origin = std::make_shared<Origin>();
    origin->connector_id = "techniville";
    origin->format = "canonical";
    port = std::make_unique<Port>(std::move(origin), pipeline->inlet(), pipeline->ledger(), signal,
                                  clock, "");
    std::vector<Alerter::Receiver> receivers;
    receivers.push_back({"community-manager", std::make_unique<Mailbox>(*this)});
    alerter = std::make_unique<Alerter>(*store, std::move(receivers),
                                        Alerter::Rules{"https://vigie.example"}, clock, metrics, 1);
    play(envelopes, lines_per_envelope);
    pipeline->rest();
    fall_quiet();
  }
  std::vector<Alert> alerts() const {
    std::vector<Alert> parsed;
    for (const std::string& body : alert_bodies(*store, 0)) {
      parsed.push_back(parse_alert(body).value());
    }
    return parsed;
  }

  std::vector<Mail> mails;  ///< as the receiver got them
  std::vector<std::shared_ptr<const Receipt>> receipts;
  std::size_t lines = 0;

 private:
  class Mailbox final : public Notifier {
   public:
    explicit Mailbox(Fortnight& told) : told_(told) {}
    Attempt deliver(const Message& message) override {
      told_.mails.push_back({told_.clock.now(), message});
      return Attempt::delivered();
    }

   private:
    Fortnight& told_;
  };

  /// And then nothing, for half a day.
  void fall_quiet() {
    clock.advance(std::chrono::hours(12));
    while (pipeline->step() || alerter->step()) {
    }
  }
  void play(std::size_t envelopes, std::size_t lines_per_envelope) {
    std::ifstream file(VIGIE_SOURCE_DIR "/deploy/town/mentions.ndjson");
    std::vector<std::string> round;
    for (std::string line, envelope; file;) {
      const bool got = static_cast<bool>(std::getline(file, line));
      if (got) {
        ++lines;
        envelope += line + "\n";
        clock.set(std::max(clock.now(), date_of(line) + std::chrono::seconds(2)));
      }
      if (lines % lines_per_envelope == 0 || !got) {
        round.push_back(std::exchange(envelope, {}));
      }
      if (round.size() == envelopes || !got) {
        take(std::exchange(round, {}));
      }
    }
  }
  static Time date_of(std::string_view line) {
    constexpr std::string_view kField = "\"created_at\": \"";
    return at(line.substr(line.find(kField) + kField.size(), 20));
  }
  void take(std::vector<std::string> round) {
    for (const std::string& envelope : round) {
      auto receipt = std::make_shared<Receipt>();
      Port::Parcel parcel;
      parcel.bytes = Payload(envelope);
      parcel.mode = Mode::kReplay;
      parcel.receipt = receipt;
      EXPECT_TRUE(port->try_send(parcel));
      receipts.push_back(std::move(receipt));
    }
    while (pipeline->step() || alerter->step()) {
    }
  }

  boost::asio::io_context io;
  CommitSignal signal{io.get_executor()};
  std::unique_ptr<Port> port;
  std::unique_ptr<Alerter> alerter;
};

}  // namespace vigie
