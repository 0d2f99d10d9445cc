#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/iso_week.h"
#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"

namespace vigie {

/// A table of counts with its totals: the last row is the total of the others, the last column,
/// too. Cells may be hidden.
class SecretTable {
 public:
  struct Cell {
    std::int64_t count = 0;
    std::uint32_t authors = 0;  ///< distinct people behind it
    bool hidden = false;
  };

  SecretTable(std::size_t rows, std::size_t columns) : columns_(columns), cells_(rows * columns) {}

  std::size_t rows() const { return cells_.size() / columns_; }
  std::size_t columns() const { return columns_; }
  Cell& at(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  const Cell& at(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }

  /// Hides cells with 1 to k - 1 authors, and as many others as it takes, so that
  ///  1. no hidden cell can be computed from what is shown: seen as an edge between its row and its
  ///     column, each lies on a circle of hidden cells, along which values can be shifted;
  ///  2. what is hidden in a row or column adds up to k at least.
  /// Prefers small cells of k or more. Ends: each step hides one more.
  void protect(std::uint32_t k);

 private:
  struct Place {
    std::size_t row, column;
  };
  std::vector<Place> hidden() const;
  /// Rows and columns that hidden cells, but `without`, connect with row `from`.
  std::vector<bool> reached(std::size_t from, const Place& without) const;
  /// False if there is none.
  bool hide_smallest(const std::function<bool(const Place&)>& may_be, std::uint32_t k);
  bool close_a_circle(std::uint32_t k);
  bool fill_a_line(std::uint32_t k);

  std::size_t columns_;
  std::vector<Cell> cells_;
};

/// Mentions of one week by topic and tone, as open data.
struct OpenWeek {
  static constexpr std::uint32_t kLeastAuthors = 5;

  std::string tenant;
  IsoWeek week;
  std::uint32_t k = kLeastAuthors;
  std::vector<std::string> topics;  ///< rows but the last; "" has none
  SecretTable table{1, 4};          ///< columns: by Tone, then all tones
};

/// Whether everybody may read of a town's topic, see is_shared_topic().
using IsPublicTopic = std::function<bool(TenantId tenant, std::string_view topic)>;

/// Counts the kept mentions published in the week and whose they are, official accounts left out,
/// and protects the table. Topics that are not public are no rows: a mention that has no other
/// counts as one without a topic.
Result<OpenWeek> read_open_week(const Store& store, TenantId id, const Tenant& tenant, IsoWeek week,
                                std::uint32_t k, const IsPublicTopic& is_public);

/// RFC 4180 with a heading, as deploy/open-data/schema.json describes it.
std::string to_csv(const OpenWeek& week);

/// One field of a CSV line: quoted if need be; what a spreadsheet would take for a formula is made
/// text by an apostrophe.
std::string csv_field(std::string_view text);

}  // namespace vigie
