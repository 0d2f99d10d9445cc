#include "engine/report/open_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace vigie {
namespace {

/// A table with these inner counts, each author writing once, and its totals.
SecretTable table(const std::vector<std::vector<std::int64_t>>& inner) {
  SecretTable made(inner.size() + 1, inner[0].size() + 1);
  const auto add = [&](std::size_t row, std::size_t column, std::int64_t count) {
    made.at(row, column).count += count;
    made.at(row, column).authors += static_cast<std::uint32_t>(count);
  };
  for (std::size_t row = 0; row < inner.size(); ++row) {
    for (std::size_t column = 0; column < inner[row].size(); ++column) {
      for (const std::size_t r : {row, inner.size()}) {
        for (const std::size_t c : {column, inner[row].size()}) {
          add(r, c, inner[row][column]);
        }
      }
    }
  }
  return made;
}

/// What somebody with a pencil can compute: each row's and column's total is the sum of the others,
/// so a hidden cell is known if the equations fix it. Gauss over the hidden cells; gives those that
/// are fixed.
std::vector<std::pair<std::size_t, std::size_t>> computable(const SecretTable& table) {
  std::vector<std::pair<std::size_t, std::size_t>> unknown;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t column = 0; column < table.columns(); ++column) {
      if (table.at(row, column).hidden) {
        unknown.emplace_back(row, column);
      }
    }
  }
  std::vector<std::vector<double>> equations;
  for (std::size_t line = 0; line < table.rows() + table.columns(); ++line) {
    std::vector<double> equation;
    for (const auto& [row, column] : unknown) {
      const bool is_row = line < table.rows();
      const bool is_in = is_row ? row == line : column == line - table.rows();
      const bool is_total = is_row ? column + 1 == table.columns() : row + 1 == table.rows();
      equation.push_back(!is_in ? 0 : is_total ? -1 : 1);
    }
    equations.push_back(equation);
  }
  std::size_t rank = 0;
  for (std::size_t column = 0; column < unknown.size() && rank < equations.size(); ++column) {
    std::size_t pivot = rank;
    while (pivot < equations.size() && std::abs(equations[pivot][column]) < 1e-9) {
      ++pivot;
    }
    if (pivot == equations.size()) {
      continue;
    }
    std::swap(equations[pivot], equations[rank]);
    const double scale = equations[rank][column];
    for (double& value : equations[rank]) {
      value /= scale;
    }
    for (std::size_t other = 0; other < equations.size(); ++other) {
      const double factor = equations[other][column];
      for (std::size_t i = 0; other != rank && i < unknown.size(); ++i) {
        equations[other][i] -= factor * equations[rank][i];
      }
    }
    ++rank;
  }
  std::vector<std::pair<std::size_t, std::size_t>> fixed;
  for (std::size_t row = 0; row < rank; ++row) {
    std::size_t held = 0, last = 0;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      if (std::abs(equations[row][i]) > 1e-9) {
        ++held;
        last = i;
      }
    }
    if (held == 1) {
      fixed.push_back(unknown[last]);
    }
  }
  return fixed;
}

TEST(SecretTable, ATotalDoesNotRevealWhatIsHidden) {
  SecretTable counted = table({{2, 20, 30}, {15, 9, 12}, {40, 8, 7}});
  SecretTable naive = counted;
  naive.at(0, 0).hidden = true;
  EXPECT_EQ(computable(naive).size(), 1U) << "the row's total less the rest";
  counted.protect(5);
  EXPECT_TRUE(counted.at(0, 0).hidden);
  EXPECT_TRUE(computable(counted).empty());
}

TEST(SecretTable, ShowsEverythingWhereNobodyCanBeTold) {
  SecretTable counted = table({{5, 20, 0}, {15, 9, 12}});
  counted.protect(5);
  for (std::size_t row = 0; row < counted.rows(); ++row) {
    for (std::size_t column = 0; column < counted.columns(); ++column) {
      EXPECT_FALSE(counted.at(row, column).hidden);
    }
  }
}

TEST(SecretTable, HoldsForAnyTable) {
  const char* const given = std::getenv("VIGIE_SEED");
  const auto seed = given != nullptr ? std::stoul(given) : std::random_device()();
  SCOPED_TRACE("VIGIE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::size_t shown = 0, cells = 0;
  for (int trial = 0; trial < 2'000; ++trial) {
    std::vector<std::vector<std::int64_t>> inner(1 + random() % 8, std::vector<std::int64_t>(3));
    const std::uint64_t most = 2 + random() % 60;
    for (auto& row : inner) {
      for (std::int64_t& count : row) {
        count = static_cast<std::int64_t>(random() % most) - static_cast<std::int64_t>(most / 5);
        count = std::max<std::int64_t>(count, 0);
      }
    }
    const std::uint32_t k = 2 + static_cast<std::uint32_t>(random() % 9);
    SecretTable counted = table(inner);
    counted.protect(k);
    for (std::size_t row = 0; row < counted.rows(); ++row) {
      for (std::size_t column = 0; column < counted.columns(); ++column) {
        const SecretTable::Cell& cell = counted.at(row, column);
        EXPECT_TRUE(cell.hidden || cell.authors == 0 || cell.authors >= k);
        shown += !cell.hidden;
        ++cells;
      }
    }
    const auto known = computable(counted);
    for (const auto& [row, column] : known) {
      // Where nearly everything is hidden there is nothing left to hide behind; then all of it is.
      ADD_FAILURE() << "trial " << trial << ": cell " << row << "," << column << " of "
                    << counted.rows() << " rows";
    }
  }
  EXPECT_GT(shown * 2, cells) << "hiding everything would be easy";
}

TEST(OpenData, FieldsAreNoFormulas) {
  EXPECT_EQ(csv_field("=SUM(A1)"), "'=SUM(A1)");
  EXPECT_EQ(csv_field("@x, \"y\""), "\"'@x, \"\"y\"\"\"");
  EXPECT_EQ(csv_field("eau"), "eau");
}

TEST(OpenData, HiddenCellsAreEmptyAndSaySo) {
  OpenWeek week;
  week.tenant = "rouen";
  week.week = {2026, 42};
  week.topics = {"", "eau"};
  week.table = SecretTable(3, 4);
  week.table.at(0, 0) = {7, 7, false};
  week.table.at(1, 2) = {3, 2, true};
  const std::string csv = to_csv(week);
  EXPECT_THAT(csv, testing::StartsWith("commune,semaine,theme,ton,mentions,diffusion\r\n"));
  EXPECT_THAT(csv, testing::HasSubstr("\r\nrouen,2026-W42,sans thème,négatif,7,publiée\r\n"));
  EXPECT_THAT(csv, testing::HasSubstr("\r\nrouen,2026-W42,eau,positif,,secret\r\n"));
  EXPECT_THAT(csv, testing::HasSubstr("\r\nrouen,2026-W42,tous,tous,0,publiée\r\n"));
}

}  // namespace
}  // namespace vigie
