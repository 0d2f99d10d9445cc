#pragma once

#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "engine/store/memory_key_value.h"

namespace vigie {

/// What ends a life of the simulated machine in the middle of whatever it does.
struct PowerCut {};

/// A disk of memory on which the current fails when the world says so: at one write or sync that
/// was not begun, or was done and nobody heard of it. Now and then the system writes back by itself
/// what nobody has asked it to sync, so that any beginning of what was written may survive.
class FailingDisk {
 public:
  explicit FailingDisk(std::mt19937_64& random) : random_(random) {}

  std::unique_ptr<KeyValue> open() {
    is_dead_ = false;
    return std::make_unique<Failing>(*this, disk_.open());
  }
  /// After so many more writes and syncs.
  void fail_in(std::uint64_t operations) { fails_in_ = operations; }
  /// The machine is off: nothing reaches the disk any more. `keeps_written`: only the process died,
  /// and what it has written is on its way.
  void switch_off(bool keeps_written) {
    is_dead_ = true;
    fails_in_.reset();
    if (!keeps_written) {
      disk_.lose_unsynced();
    }
  }
  std::uint64_t syncs() const { return syncs_; }
  std::uint64_t cuts() const { return cuts_; }

 private:
  class Failing final : public KeyValue {
   public:
    Failing(FailingDisk& disk, std::unique_ptr<KeyValue> memory)
        : disk_(disk), memory_(std::move(memory)) {}
    Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
      return memory_->get(family, key);
    }
    std::unique_ptr<Iterator> iterate(Family family) const override {
      return memory_->iterate(family);
    }
    Result<std::vector<std::unique_ptr<Iterator>>> iterate_all() const override {
      return memory_->iterate_all();
    }
    Result<void> write(const WriteBatch& batch) override {
      return disk_.attempt([&] { return memory_->write(batch); },
                           [&] {
                             if (disk_.random_() % 8 == 0) {
                               memory_->sync();  // the system's own idea
                             }
                           });
    }
    Result<void> sync() override {
      return disk_.attempt([&] { return memory_->sync(); }, [&] { ++disk_.syncs_; });
    }
    Result<void> scrub(std::span<const Family> families, std::atomic<bool>& cancelled) override {
      return memory_->scrub(families, cancelled);
    }
    std::uint64_t size_bytes() const override { return memory_->size_bytes(); }
    bool is_stalled() const override { return false; }

   private:
    FailingDisk& disk_;
    std::unique_ptr<KeyValue> memory_;
  };

  template <class Act, class Done>
  Result<void> attempt(Act&& act, Done&& done) {
    if (is_dead_) {
      return {};  // what a store says while it is taken apart
    }
    const bool fails = fails_in_ && (*fails_in_)-- == 0;
    if (fails && random_() % 2 == 0) {
      cut();
    }
    const Result<void> result = act();
    if (fails) {
      cut();
    }
    done();
    return result;
  }
  [[noreturn]] void cut() {
    ++cuts_;
    fails_in_.reset();
    is_dead_ = true;
    throw PowerCut();
  }

  std::mt19937_64& random_;
  MemoryDisk disk_;
  std::optional<std::uint64_t> fails_in_;
  bool is_dead_ = false;
  std::uint64_t syncs_ = 0, cuts_ = 0;
};

}  // namespace vigie
