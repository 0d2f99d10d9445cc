#include "engine/report/open_data.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace vigie {
namespace {

constexpr std::size_t kTones = 3;
constexpr std::string_view kAllTopics = "tous", kNoTopic = "sans thème", kAllTones = "tous";
constexpr std::array<std::string_view, kTones> kToneNames = {"négatif", "neutre", "positif"};

/// Who is behind a mention: the author's pseudonym, or the source where nobody knows.
std::string author_of(const Record& record) {
  return record.has_author ? std::string(reinterpret_cast<const char*>(record.author.data()),
                                         record.author.size())
                           : std::string(record.mention.source);
}

/// One cell while it is counted.
struct Counted {
  std::int64_t mentions = 0;
  std::set<std::string> authors;

  void add(const std::string& author) {
    ++mentions;
    authors.insert(author);
  }
  SecretTable::Cell cell() const {
    return {mentions, static_cast<std::uint32_t>(authors.size()), false};
  }
};

}  // namespace

std::vector<SecretTable::Place> SecretTable::hidden() const {
  std::vector<Place> places;
  for (std::size_t row = 0; row < rows(); ++row) {
    for (std::size_t column = 0; column < columns_; ++column) {
      if (at(row, column).hidden) {
        places.push_back({row, column});
      }
    }
  }
  return places;
}

std::vector<bool> SecretTable::reached(std::size_t from, const Place& without) const {
  std::vector<bool> reached(rows() + columns_);
  reached[from] = true;
  const std::vector<Place> edges = hidden();
  for (bool grows = true; grows;) {
    grows = false;
    for (const Place& edge : edges) {
      const bool is_left_out = edge.row == without.row && edge.column == without.column;
      const std::size_t row = edge.row, column = rows() + edge.column;
      if (!is_left_out && reached[row] != reached[column]) {
        reached[row] = reached[column] = grows = true;
      }
    }
  }
  return reached;
}

bool SecretTable::hide_smallest(const std::function<bool(const Place&)>& may_be, std::uint32_t k) {
  std::tuple best(3, std::numeric_limits<std::int64_t>::max());
  Cell* chosen = nullptr;
  for (std::size_t row = 0; row < rows(); ++row) {
    for (std::size_t column = 0; column < columns_; ++column) {
      Cell& cell = at(row, column);
      if (cell.hidden || !may_be({row, column})) {
        continue;
      }
      // Enough to hide behind, small, and zeros last: that nobody said anything harms nobody.
      const std::tuple rank(cell.count >= k ? 0 : cell.count > 0 ? 1 : 2, cell.count);
      if (rank < best) {
        best = rank;
        chosen = &cell;
      }
    }
  }
  if (chosen != nullptr) {
    chosen->hidden = true;
  }
  return chosen != nullptr;
}

bool SecretTable::close_a_circle(std::uint32_t k) {
  for (const Place& edge : hidden()) {
    const std::vector<bool> side = reached(edge.row, edge);
    if (side[rows() + edge.column]) {
      continue;  // another way leads there: it is on a circle
    }
    const std::vector<bool> other = [&] {
      std::vector<bool> all = reached(edge.row, {rows(), columns_});
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = all[i] && !side[i];
      }
      return all;
    }();
    const auto joins = [&](const Place& place) {
      const std::size_t column = rows() + place.column;
      return (side[place.row] && other[column]) || (other[place.row] && side[column]);
    };
    // Where the two sides are one line each, no cell joins them: any other cell of the row begins a
    // longer circle.
    const auto is_in_row = [&](const Place& place) { return place.row == edge.row; };
    const auto is_in_column = [&](const Place& place) { return place.column == edge.column; };
    if (hide_smallest(joins, k) || hide_smallest(is_in_row, k) || hide_smallest(is_in_column, k)) {
      return true;
    }
  }
  return false;
}

bool SecretTable::fill_a_line(std::uint32_t k) {
  for (std::size_t line = 0; line < rows() + columns_; ++line) {
    const auto is_in_line = [&](const Place& place) {
      return line < rows() ? place.row == line : place.column == line - rows();
    };
    std::int64_t sum = 0;
    bool any = false;
    for (const Place& place : hidden()) {
      if (is_in_line(place)) {
        any = true;
        sum += at(place.row, place.column).count;
      }
    }
    if (any && sum < k && hide_smallest(is_in_line, k)) {
      return true;
    }
  }
  return false;
}

void SecretTable::protect(std::uint32_t k) {
  for (Cell& cell : cells_) {
    cell.hidden = cell.authors > 0 && cell.authors < k;
  }
  while (fill_a_line(k) || close_a_circle(k)) {
  }
}

Result<OpenWeek> read_open_week(const Store& store, TenantId id, const Tenant& tenant, IsoWeek week,
                                std::uint32_t k, const IsPublicTopic& is_public) {
  const Time begin = start_of_day(week.monday(), tenant.time_zone);
  const Time end = start_of_day(week.monday() + 7, tenant.time_zone);
  std::map<std::string, std::array<Counted, kTones + 1>> counted;
  std::array<Counted, kTones + 1> all;
  std::map<std::string, bool> is_known_public;  // by topic
  const Result<void> read =
      store.scan(id, std::nullopt, day_of(begin), [&](const StoredMention& stored) {
        const Record& record = stored.record;
        if (record.official || record.mention.created_at < begin ||
            record.mention.created_at >= end) {
          return true;
        }
        const std::string author = author_of(record);
        const auto tone = static_cast<std::size_t>(tone_in_force(record));
        const auto count = [&](std::array<Counted, kTones + 1>& row) {
          row.at(tone).add(author);
          row.back().add(author);
        };
        count(all);
        bool has_topic = false;
        for (const std::uint32_t topic : record.topics) {
          const std::string& name = stored.catalogue->names[topic];
          const auto [known, is_new] = is_known_public.try_emplace(name, false);
          if (is_new) {
            known->second = is_public(id, name);
          }
          if (known->second) {
            count(counted[name]);
            has_topic = true;
          }
        }
        if (!has_topic) {
          count(counted[""]);
        }
        return true;
      });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  OpenWeek open;
  open.tenant = tenant.id;
  open.week = week;
  open.k = k;
  open.table = SecretTable(counted.size() + 1, kTones + 1);
  for (const auto& [topic, row] : counted) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      open.table.at(open.topics.size(), column) = row[column].cell();
    }
    open.topics.push_back(topic);
  }
  for (std::size_t column = 0; column < all.size(); ++column) {
    open.table.at(open.topics.size(), column) = all[column].cell();
  }
  open.table.protect(k);
  return open;
}

std::string csv_field(std::string_view text) {
  std::string field(text);
  if (!field.empty() && std::string_view("=+-@\t\r").find(field[0]) != std::string_view::npos) {
    field.insert(0, 1, '\'');
  }
  if (field.find_first_of(",\"\r\n") == field.npos) {
    return field;
  }
  std::string quoted = "\"";
  for (const char c : field) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

std::string to_csv(const OpenWeek& week) {
  std::string out = "commune,semaine,theme,ton,mentions,diffusion\r\n";
  for (std::size_t row = 0; row < week.table.rows(); ++row) {
    const std::string_view topic = row == week.topics.size()  ? kAllTopics
                                   : week.topics[row].empty() ? kNoTopic
                                                              : std::string_view(week.topics[row]);
    for (std::size_t column = 0; column < week.table.columns(); ++column) {
      const SecretTable::Cell& cell = week.table.at(row, column);
      out += csv_field(week.tenant) + "," + week.week.text() + "," + csv_field(topic) + ",";
      out += column == kTones ? kAllTones : kToneNames[column];
      out += "," + (cell.hidden ? "" : std::to_string(cell.count));
      out += cell.hidden ? ",secret\r\n" : ",publiée\r\n";
    }
  }
  return out;
}

}  // namespace vigie
