#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/trend/author_bits.h"
#include "engine/trend/term_cutter.h"
#include "engine/trend/term_sketch.h"

namespace vigie {

/// Whose words a term was, on one day or on several: of mentions that were kept and of those that
/// were not. An author of both cannot be told, so sums may count one twice and bounds may not.
struct Voices {
  AuthorBits kept, dropped;

  void add(const Voices& others) {
    kept.add(others.kept);
    dropped.add(others.dropped);
  }
  double about() const { return kept.about() + dropped.about(); }
  std::uint32_t at_least() const { return std::max(kept.at_least(), dropped.at_least()); }
  /// Voices that both have, less those that fall on the same bit by chance.
  double shared(const Voices& others) const;
};

/// Which terms were heard on which days of a period, and from how many. Pure memory of one study.
class VoiceLog {
 public:
  struct Heard {
    std::string surface;
    std::vector<std::pair<std::uint32_t, Voices>> days;  ///< ascending, only those with a voice

    Voices all() const;
    /// Distinct authors of each day, added up.
    double author_days() const;
  };

  explicit VoiceLog(std::size_t days) : kept_(days), dropped_(days) {}

  std::size_t days() const { return kept_.size(); }
  /// `day`: below days(). `author`: a keyed hash.
  void hear_kept(std::uint32_t day, std::span<const Term> terms, std::uint64_t author);
  /// `wanted`: of these terms only, if it is given; a background needs no others.
  void hear_dropped(std::uint32_t day, const TermSketch& sketch, const VoiceLog* wanted = nullptr);

  const std::map<std::string, Heard>& terms() const { return terms_; }
  /// Distinct authors of one day, of all days added up; days on which anybody was heard.
  double authors_of(std::uint32_t day) const { return kept_[day].about() + dropped_[day].about(); }
  double author_days() const;
  std::size_t days_with_voices() const;

 private:
  Voices& voices(const std::string& key, const std::string& surface, std::uint32_t day);

  std::map<std::string, Heard> terms_;
  std::vector<AuthorCount> kept_, dropped_;
};

}  // namespace vigie
