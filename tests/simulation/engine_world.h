#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/alert/alerter.h"
#include "tests/pipeline/two_towns.h"
#include "tests/simulation/failing_disk.h"

namespace vigie {

/// The whole engine on one thread in a world that fails, all of it decided by one seed: two towns,
/// a source that is read on from its cursor, a desk that pushes until it is answered, two receivers
/// who may be down, refuse, or take a message and not say so; the current fails in the middle of a
/// write, the process dies, the clock jumps, rules are replaced, rings are full. It knows what it
/// has said, what was acknowledged, and so what must be there.
class EngineWorld {
 public:
  explicit EngineWorld(std::uint64_t seed);
  ~EngineWorld();
  EngineWorld(const EngineWorld&) = delete;

  /// Lives a while, comes to rest with everything mended, and checks the promise: after every crash
  /// what was acknowledged, at the end everything. Failures are GoogleTest's.
  void live();

  /// What happened, over all its lives.
  struct Tally {
    std::uint64_t lives = 0, cuts = 0, mentions = 0, acknowledged = 0, refused = 0, alerts = 0,
                  deliveries = 0, doubled = 0, dead = 0, reloads = 0;
    void add(const Tally& other);
  };
  const Tally& tally() const { return tally_; }

 private:
  class Machine;
  /// Something somebody wrote, as its source knows it.
  struct Post {
    std::string words;  ///< without its version
    std::set<TenantId> towns;
    std::uint32_t version = 0;
    bool is_deleted = false;
    std::string parent = {};
    std::uint32_t safe_version = 0;  ///< acknowledged at least in this one
    bool is_safe = false;            ///< acknowledged
  };
  struct Receiving {
    enum class Mood : std::uint8_t { kWell, kDown, kRefusing, kForgetful };
    Mood mood = Mood::kWell;
    std::map<std::string, std::uint32_t> taken, may_be_doubled;  ///< by key
    std::set<std::string> unsynced;  ///< taken, and the engine may not have noted it durably yet
    std::uint64_t synced_at = 0;     ///< FailingDisk::syncs()
  };
  struct Push {
    std::string id, line;
    std::uint64_t sequence = 0;  ///< in this life; 0: not taken yet
    std::shared_ptr<const Receipt> receipt = {};
  };

  std::uint64_t any(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return any(n) == 0; }
  std::string line_of(const std::string& id, const Post& post) const;
  std::string new_post(const std::string& id, bool at_desk);
  void write_on_wall();
  void push_from_desk();
  void read_wall();
  void hear_desk();
  void note_acknowledged();
  void run_engine();
  void notify();
  void pass_time();
  void something_happens();
  void start();
  void crash(bool keeps_written);
  Attempt deliver(std::size_t receiver, const Message& message);
  void settle();
  void check_acknowledged();
  void check_at_rest();
  void check_alerts();

  std::mt19937_64 random_;
  FailingDisk disk_{random_};
  Time now_ = at("2026-10-14T06:30:00Z");
  std::vector<std::string> wall_;                                         ///< envelopes
  std::vector<std::vector<std::pair<std::string, std::uint32_t>>> told_;  ///< by each: id, version
  std::map<std::string, Post> posts_;
  std::vector<std::string> of_wall_;  ///< ids
  std::vector<Push> waiting_;         ///< pushes that are not answered yet
  std::size_t torn_ = 0;              ///< unreadable pieces on the wall
  std::size_t read_to_ = 0,
              safe_to_ = 0;  ///< envelopes of the wall sent in this life, acknowledged
  std::size_t resumed_at_ = 0;
  std::array<Receiving, 2> receivers_;
  std::size_t edition_ = 0;
  std::unique_ptr<Machine> machine_;
  Tally tally_;
};

}  // namespace vigie
