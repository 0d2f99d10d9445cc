#pragma once

#include <memory>

#include "engine/store/key_value.h"

namespace vigie {

/// A disk made of memory, for tests. What was written and not synced can be lost, as in a power
/// cut; what lies on it outlives the KeyValues opened over it. Any thread.
class MemoryDisk {
 public:
  MemoryDisk();
  ~MemoryDisk();
  std::unique_ptr<KeyValue> open();
  /// Forgets everything since the last sync. Close the stores over it first.
  void lose_unsynced();

  struct Contents;

 private:
  std::shared_ptr<Contents> contents_;
};

}  // namespace vigie
