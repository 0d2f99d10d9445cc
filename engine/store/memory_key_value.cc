#include "engine/store/memory_key_value.h"

#include <array>
#include <map>
#include <mutex>
#include <vector>

#include "engine/store/counts.h"

namespace vigie {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;
/// Iterators hold on to the moment they see: a write copies a family that somebody still reads.
using Families = std::array<std::shared_ptr<Entries>, kFamilyCount>;

Families empty_families() {
  Families families;
  for (auto& family : families) {
    family = std::make_shared<Entries>();
  }
  return families;
}

void apply(const WriteBatch& batch, Families& families) {
  batch.for_each([&](const WriteBatch::Entry& entry) {
    std::shared_ptr<Entries>& held = families[static_cast<std::size_t>(entry.family)];
    if (held.use_count() > 1) {
      held = std::make_shared<Entries>(*held);
    }
    Entries& entries = *held;
    switch (entry.op) {
      case WriteBatch::Op::kPut:
        entries.insert_or_assign(std::string(entry.key), std::string(entry.value));
        return;
      case WriteBatch::Op::kErase:
        if (const auto found = entries.find(entry.key); found != entries.end()) {
          entries.erase(found);
        }
        return;
      case WriteBatch::Op::kEraseRange:
        if (entry.key < entry.value) {
          entries.erase(entries.lower_bound(entry.key), entries.lower_bound(entry.value));
        }
        return;
      case WriteBatch::Op::kAdd:
        add_counts(entries[std::string(entry.key)], entry.value);
        return;
    }
  });
}

class MemoryIterator final : public KeyValue::Iterator {
 public:
  explicit MemoryIterator(std::shared_ptr<const Entries> entries)
      : entries_(std::move(entries)), at_(entries_->end()) {}
  bool valid() const override { return at_ != entries_->end(); }
  void seek(std::string_view key) override { at_ = entries_->lower_bound(key); }
  void seek_for_prev(std::string_view key) override {
    at_ = entries_->upper_bound(key);
    prev();
  }
  void next() override { ++at_; }
  void prev() override { at_ = at_ == entries_->begin() ? entries_->end() : std::prev(at_); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Result<void> status() const override { return {}; }

 private:
  std::shared_ptr<const Entries> entries_;
  Entries::const_iterator at_;
};

}  // namespace

struct MemoryDisk::Contents {
  std::mutex mutex;
  Families live = empty_families(), durable = empty_families();
  std::vector<WriteBatch> unsynced;
};

namespace {

class MemoryKeyValue final : public KeyValue {
 public:
  explicit MemoryKeyValue(std::shared_ptr<MemoryDisk::Contents> contents)
      : contents_(std::move(contents)) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    const std::scoped_lock lock(contents_->mutex);
    const Entries& entries = *contents_->live[static_cast<std::size_t>(family)];
    const auto found = entries.find(key);
    return found == entries.end() ? std::nullopt : std::optional(found->second);
  }
  std::unique_ptr<Iterator> iterate(Family family) const override {
    const std::scoped_lock lock(contents_->mutex);
    return std::make_unique<MemoryIterator>(contents_->live[static_cast<std::size_t>(family)]);
  }
  Result<std::vector<std::unique_ptr<Iterator>>> iterate_all() const override {
    const std::scoped_lock lock(contents_->mutex);
    std::vector<std::unique_ptr<Iterator>> all;
    for (const auto& family : contents_->live) {
      all.push_back(std::make_unique<MemoryIterator>(family));
    }
    return all;
  }
  Result<void> write(const WriteBatch& batch) override {
    const std::scoped_lock lock(contents_->mutex);
    apply(batch, contents_->live);
    contents_->unsynced.push_back(batch);
    return {};
  }
  Result<void> sync() override {
    const std::scoped_lock lock(contents_->mutex);
    for (const WriteBatch& batch : contents_->unsynced) {
      apply(batch, contents_->durable);
    }
    contents_->unsynced.clear();
    return {};
  }
  Result<void> scrub(std::span<const Family>, std::atomic<bool>&) override {
    return {};
  }  // nothing outlives its row
  bool is_stalled() const override { return false; }
  std::uint64_t size_bytes() const override {
    const std::scoped_lock lock(contents_->mutex);
    std::uint64_t bytes = 0;
    for (const auto& family : contents_->live) {
      for (const auto& [key, value] : *family) {
        bytes += key.size() + value.size();
      }
    }
    return bytes;
  }

 private:
  std::shared_ptr<MemoryDisk::Contents> contents_;
};

}  // namespace

MemoryDisk::MemoryDisk() : contents_(std::make_shared<Contents>()) {}
MemoryDisk::~MemoryDisk() = default;

std::unique_ptr<KeyValue> MemoryDisk::open() { return std::make_unique<MemoryKeyValue>(contents_); }

void MemoryDisk::lose_unsynced() {
  const std::scoped_lock lock(contents_->mutex);
  contents_->unsynced.clear();
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    contents_->live[i] = std::make_shared<Entries>(*contents_->durable[i]);
  }
}

}  // namespace vigie
