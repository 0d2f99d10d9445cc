// Descriptions of shapes: YAML → JsonShape. What is done with them: json_mapping.cc.
#include "connectors/json_shape.h"

#include <algorithm>

namespace vigie {
namespace {

constexpr std::array<std::string_view, MentionShape::kPartCount> kPartNames = {
    "id",        "text", "title",  "author_id", "author_name", "author_url", "created_at",
    "edited_at", "lang", "url",    "parent",    "thread",      "repost_of",  "place",
    "lat",       "lon",  "rating", "likes",     "reposts",     "replies"};

bool is_path(std::string_view text) {
  return text.empty() || text.front() == '/' || (text.front() >= '0' && text.front() <= '9');
}

std::optional<JsonField::Alternative> read_alternative(const std::string& text) {
  if (is_path(text)) {
    auto path = JsonPath::parse(text);
    if (!path) {
      return std::nullopt;
    }
    return JsonField::Alternative{{std::string(), std::move(path)}};
  }
  JsonField::Alternative pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    const std::size_t close = text.find('}', open);
    JsonField::Piece piece{text.substr(at, open - at), std::nullopt};
    if (open < text.size()) {
      if (close == std::string::npos) {
        return std::nullopt;
      }
      piece.path = JsonPath::parse(std::string_view(text).substr(open + 1, close - open - 1));
      if (!piece.path) {
        return std::nullopt;
      }
    }
    at = open < text.size() ? close + 1 : open;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

JsonField read_field(const Settings& item, std::string_view name, std::vector<Problem>& problems) {
  JsonField field;
  for (const std::string& text : item.texts(name, problems)) {
    if (auto alternative = read_alternative(text)) {
      field.alternatives.push_back(std::move(*alternative));
    } else {
      item.find(name)->complain("'" + text + "' is neither a path nor a text with {paths}",
                                problems);
    }
  }
  return field;
}

MentionShape::Conditions read_conditions(const Settings& item, std::string_view name,
                                         std::vector<Problem>& problems) {
  MentionShape::Conditions conditions;
  const Settings* map = item.find(name);
  if (map == nullptr) {
    return conditions;
  }
  if (map->type() != Settings::Type::kMap) {
    map->complain("'" + std::string(name) + "' must be a map from paths to values", problems);
  }
  for (const auto& [key, values] : map->fields()) {
    if (auto path = JsonPath::parse(key)) {
      conditions.emplace_back(std::move(*path), map->texts(key, problems));
    } else {
      values.complain("'" + key + "' is not a path", problems);
    }
  }
  return conditions;
}

void read_rating_words(const Settings& item, MentionShape& shape, std::vector<Problem>& problems) {
  if (const Settings* words = item.find("rating_words")) {
    for (const auto& [word, stars] : words->fields()) {
      shape.rating_words[word] = static_cast<int>(words->integer(word, 1, 5, problems));
    }
  }
}

MentionShape read_mention(const Settings& item, std::vector<Problem>& problems) {
  std::vector<std::string_view> allowed = {"items", "only_if",      "deleted_if", "kind",
                                           "html",  "rating_words", "skip_empty"};
  allowed.insert(allowed.end(), kPartNames.begin(), kPartNames.end());
  item.allow_only(allowed, problems);
  MentionShape shape;
  for (const std::string& text : item.texts("items", problems)) {
    if (auto path = JsonPath::parse(text); path && path->up == 0) {
      shape.items.push_back(std::move(*path));
    } else {
      item.find("items")->complain("'" + text + "' is not a path from the top", problems);
    }
  }
  shape.only_if = read_conditions(item, "only_if", problems);
  shape.deleted_if = read_conditions(item, "deleted_if", problems);
  if (const Settings* kind = item.find("kind")) {
    shape.kind = parse_kind(item.text("kind", problems));
    if (!shape.kind) {
      kind->complain("there is no kind '" + kind->scalar() + "'", problems);
    }
  }
  shape.skips_empty = item.boolean("skip_empty", problems, false);
  shape.is_html = item.boolean("html", problems, false);
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    shape.parts[part] = read_field(item, kPartNames[part], problems);
  }
  read_rating_words(item, shape, problems);
  if (shape.items.empty() || shape.parts[MentionShape::kId].alternatives.empty()) {
    item.complain("a mention needs 'items' and 'id'", problems);
  }
  return shape;
}

}  // namespace

JsonShape read_json_shape(const Settings& settings, bool is_built_in,
                          std::vector<Problem>& problems) {
  JsonShape shape;
  if (is_built_in) {
    shape.network = settings.text("network", problems, "");
  }
  shape.time_format = settings.text("time_format", problems, "iso");
  shape.time_zone = settings.text("time_zone", problems, "");
  if (!shape.time_zone.empty() && !utc_offset(shape.time_zone, Time{})) {
    settings.find("time_zone")
        ->complain("there is no time zone '" + shape.time_zone + "'", problems);
  }
  const Settings* mentions = settings.find("mentions");
  if (mentions == nullptr || mentions->type() != Settings::Type::kList ||
      mentions->items().empty()) {
    (mentions != nullptr ? *mentions : settings)
        .complain("'mentions' must be a list of what is a mention", problems);
    return shape;
  }
  for (const Settings& item : mentions->items()) {
    shape.mentions.push_back(read_mention(item, problems));
  }
  return shape;
}

}  // namespace vigie
