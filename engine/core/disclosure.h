#pragma once

#include <string>
#include <vector>

#include "engine/core/json_writer.h"

namespace vigie {

/// What goes to a source when it is read, and where that is: what a data-protection officer asks.
/// No source is ever sent a mention or an author.
struct SourceDisclosure {
  std::vector<std::string> hosts;  ///< that the configuration names, ascending
  /// Of these words: `user_agent` (our name, and the contact of the configuration), `address` (of
  /// the page that is read), `query` (search terms, rules, tags, names of pages), `accounts` (ids
  /// of accounts that are followed), `credential`, `acknowledgement` (of what was stored),
  /// `callback` (the address at which we take pushes).
  std::vector<std::string> sends;
  bool is_pushed = false;           ///< others call us; what we answer says only what became of it
  std::string country, legal_note;  ///< as the configuration says; may be empty
};

/// The fields of an object that the caller has begun: hosts, sends, is_pushed, country, legal_note.
void write_disclosure(const SourceDisclosure& disclosure, JsonWriter& json);

}  // namespace vigie
