// JSON documents → mentions, by a JsonShape.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "connectors/json_shape.h"
#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"
#include "engine/parse/canonical.h"
#include "engine/parse/feed_date.h"
#include "engine/parse/html_text.h"

namespace vigie {
namespace {

constexpr std::string_view kDeletionKey = "vigie:deleted";
constexpr double kMostSeconds = 253'402'300'799.0;  ///< the end of the year 9999

std::optional<Time> time_of_seconds(double seconds) {
  if (!(seconds >= 0 && seconds <= kMostSeconds)) {
    return std::nullopt;
  }
  return Time(microseconds(std::llround(seconds * 1e6)));
}

bool names_its_zone(std::string_view text) {
  return text.find('T') != text.npos ? text.find_first_of("Z+-", text.find('T')) != text.npos
                                     : false;
}

class ShapeReader {
 public:
  explicit ShapeReader(JsonShape shape) : shape_(std::move(shape)) {}

  void read(const Envelope& envelope, MentionSink& sink) {
    const std::string_view bytes = envelope.bytes.view();
    if (bytes.empty()) {
      return;
    }
    if (const auto flaw = document_.parse(bytes)) {
      return sink.reject(flaw->reason, flaw->detail, bytes);
    }
    network_ = !shape_.network.empty() ? std::string_view(shape_.network)
               : envelope.origin       ? std::string_view(envelope.origin->network)
                                       : std::string_view();
    if (read_deletions(sink)) {
      return;
    }
    for (const MentionShape& mention : shape_.mentions) {
      for (const JsonPath& items : mention.items) {
        for (const JsonNode* item : document_.all(document_.root(), items)) {
          read_item(mention, *item, sink);
        }
      }
    }
  }

 private:
  bool read_deletions(MentionSink& sink) {
    const JsonNode* note = document_.find(document_.root(), {0, {std::string(kDeletionKey)}});
    if (note == nullptr) {
      return false;
    }
    for (const JsonNode* id : document_.all(*note, {0, {"*"}})) {
      Mention mention;
      mention.id = document_.text(*id).value_or("");
      mention.source = network_;
      mention.deleted = true;
      sink.mention(mention);
    }
    return true;
  }

  void read_item(const MentionShape& shape, const JsonNode& item, MentionSink& sink) {
    if (!std::ranges::all_of(shape.only_if, [&](const auto& one) { return holds(item, one); })) {
      return;
    }
    Mention mention;
    const auto flaw = fill(shape, item, mention);
    if (flaw && flaw->reason == RejectReason::kMissingText && shape.skips_empty) {
      return;
    }
    if (flaw) {
      sink.reject(flaw->reason, flaw->detail, document_.json(item));
    } else {
      sink.mention(mention);
    }
  }

  std::optional<JsonDocument::Flaw> fill(const MentionShape& shape, const JsonNode& item,
                                         Mention& mention) {
    const auto text = [&](MentionShape::Part part) {
      return read_text(shape.parts[part], item).value_or("");
    };
    mention.id = text(MentionShape::kId);
    mention.source = network_;
    if (mention.id.empty()) {
      return JsonDocument::Flaw{RejectReason::kMissingId, "an item has no id"};
    }
    mention.deleted =
        std::ranges::any_of(shape.deleted_if, [&](const auto& one) { return holds(item, one); });
    mention.text = plain(shape, text(MentionShape::kText));
    mention.title = text(MentionShape::kTitle);
    if (mention.text.size() > kMaxTextBytes || mention.title.size() > kMaxTextBytes) {
      return JsonDocument::Flaw{RejectReason::kTooLong, "an item's text is too long"};
    }
    mention.author = {text(MentionShape::kAuthorId), text(MentionShape::kAuthorName),
                      text(MentionShape::kAuthorUrl), 0};
    if (mention.author.id.empty()) {
      mention.author.id = mention.author.name;
    }
    mention.language = text(MentionShape::kLang);
    mention.url = text(MentionShape::kUrl);
    mention.in_reply_to = text(MentionShape::kParent);
    mention.kind = shape.kind.value_or(mention.in_reply_to.empty() ? Kind::kPost : Kind::kReply);
    mention.thread = text(MentionShape::kThread);
    mention.repost_of = text(MentionShape::kRepostOf);
    fill_place(shape, item, mention.place);
    mention.place.name = text(MentionShape::kPlace);
    mention.rating = read_rating(shape, item);
    mention.engagement = {read_count(shape.parts[MentionShape::kLikes], item),
                          read_count(shape.parts[MentionShape::kReposts], item),
                          read_count(shape.parts[MentionShape::kReplies], item)};
    if (!mention.deleted && trimmed(mention.text).empty() && trimmed(mention.title).empty() &&
        !mention.rating) {
      return JsonDocument::Flaw{RejectReason::kMissingText, "an item has no text"};
    }
    return fill_times(shape, item, mention);
  }

  std::optional<JsonDocument::Flaw> fill_times(const MentionShape& shape, const JsonNode& item,
                                               Mention& mention) {
    const auto created = read_text(shape.parts[MentionShape::kCreatedAt], item);
    if (created && !created->empty()) {
      const auto time = parse(*created);
      if (!time) {
        return JsonDocument::Flaw{RejectReason::kInvalidField, "an item's time is not one"};
      }
      mention.created_at = *time;
    }
    const auto edited = read_text(shape.parts[MentionShape::kEditedAt], item);
    const auto edited_at = edited ? parse(*edited) : std::nullopt;
    mention.version.edited_at_us =
        std::max(edited_at.value_or(Time{}), mention.created_at).time_since_epoch().count();
    return std::nullopt;
  }

  void fill_place(const MentionShape& shape, const JsonNode& item, Place& place) {
    const auto latitude = read_number(shape.parts[MentionShape::kLatitude], item);
    const auto longitude = read_number(shape.parts[MentionShape::kLongitude], item);
    if (latitude && longitude && std::abs(*latitude) <= 90 && std::abs(*longitude) <= 180) {
      place.latitude = latitude;
      place.longitude = longitude;
    }
  }

  std::string_view plain(const MentionShape& shape, std::string_view text) {
    if (!shape.is_html || text.empty()) {
      return text;
    }
    std::string plain_text;
    html_.convert(text, plain_text);
    return document_.keep(std::move(plain_text));
  }

  bool holds(const JsonNode& item, const MentionShape::Conditions::value_type& condition) {
    for (const JsonNode* node : document_.all(item, condition.first)) {
      if (std::ranges::count(condition.second, document_.text(*node).value_or("")) > 0) {
        return true;
      }
    }
    return false;
  }

  /// The first alternative of which every piece is there.
  std::optional<std::string_view> read_text(const JsonField& field, const JsonNode& item) {
    for (const JsonField::Alternative& alternative : field.alternatives) {
      if (auto text = read_alternative(alternative, item); text && !text->empty()) {
        return text;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string_view> read_alternative(const JsonField::Alternative& alternative,
                                                   const JsonNode& item) {
    std::string joined;
    for (const JsonField::Piece& piece : alternative) {
      joined += piece.text;
      if (!piece.path) {
        continue;
      }
      const JsonNode* node = document_.find(item, *piece.path);
      const auto text = node ? document_.text(*node) : std::nullopt;
      if (!text) {
        return std::nullopt;
      }
      if (alternative.size() == 1 && piece.text.empty()) {
        return text;  // the usual case: no copy
      }
      joined += *text;
    }
    return document_.keep(std::move(joined));
  }

  /// The first alternative that leads to a number; null: none does.
  const JsonNode* find_first_number(const JsonField& field, const JsonNode& item) {
    for (const JsonField::Alternative& alternative : field.alternatives) {
      if (alternative.size() == 1 && alternative.front().path) {
        const JsonNode* node = document_.find(item, *alternative.front().path);
        if (node && document_.number(*node)) {
          return node;
        }
      }
    }
    return nullptr;
  }

  std::optional<double> read_number(const JsonField& field, const JsonNode& item) {
    const JsonNode* node = find_first_number(field, item);
    return node ? document_.number(*node) : std::nullopt;
  }

  std::uint64_t read_count(const JsonField& field, const JsonNode& item) {
    const JsonNode* node = find_first_number(field, item);
    return node ? document_.count(*node) : 0;
  }

  std::optional<int> read_rating(const MentionShape& shape, const JsonNode& item) {
    const JsonField& field = shape.parts[MentionShape::kRating];
    if (const auto word = read_text(field, item)) {
      if (const auto found = shape.rating_words.find(*word); found != shape.rating_words.end()) {
        return found->second;
      }
    }
    const auto stars = read_number(field, item);
    return stars && *stars >= 1 && *stars <= 5 ? std::optional(static_cast<int>(*stars))
                                               : std::nullopt;
  }

  std::optional<Time> parse(std::string_view text) const {
    if (text == "false" || text == "true") {
      return std::nullopt;
    }
    char* end = nullptr;
    const std::string copy(text);
    const double number = std::strtod(copy.c_str(), &end);
    if (!copy.empty() && *end == '\0') {
      return time_of_seconds(shape_.time_format == "unix_ms" ? number / 1e3 : number);
    }
    if (shape_.time_format.find('%') != std::string::npos) {
      std::tm parts{};
      const char* rest = ::strptime(copy.c_str(), shape_.time_format.c_str(), &parts);
      return rest == nullptr ? std::nullopt
                             : to_utc(time_of_seconds(static_cast<double>(::timegm(&parts))));
    }
    auto time = parse_time(text);
    time = time ? time : parse_feed_date(text);
    return names_its_zone(text) ? time : to_utc(time);
  }

  std::optional<Time> to_utc(std::optional<Time> local) const {
    if (local && !shape_.time_zone.empty()) {
      *local -= utc_offset(shape_.time_zone, *local).value_or(std::chrono::seconds(0));
    }
    return local;
  }

  JsonShape shape_;
  JsonDocument document_;
  HtmlText html_;
  std::string_view network_;
};

class ShapedMapping final : public Mapping {
 public:
  explicit ShapedMapping(JsonShape shape) : reader_(std::move(shape)) {}
  void map(const Envelope& envelope, MentionSink& sink) override { reader_.read(envelope, sink); }

 private:
  ShapeReader reader_;
};

/// Keeps a reader per connector: there are as many as the configuration names.
class ConfiguredMapping final : public Mapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    if (!envelope.origin || !envelope.origin->settings) {
      return sink.reject(RejectReason::kMissingId,
                         "this format needs the description in a connector's configuration",
                         envelope.bytes.view());
    }
    std::unique_ptr<ShapeReader>& reader = readers_[envelope.origin];
    if (!reader) {
      std::vector<Problem> checked_when_the_connector_was_made;
      reader = std::make_unique<ShapeReader>(
          read_json_shape(*envelope.origin->settings, false, checked_when_the_connector_was_made));
    }
    reader->read(envelope, sink);
  }

 private:
  std::map<std::shared_ptr<const Origin>, std::unique_ptr<ShapeReader>> readers_;
};

}  // namespace

std::unique_ptr<Mapping> make_json_mapping(JsonShape shape) {
  return std::make_unique<ShapedMapping>(std::move(shape));
}

std::unique_ptr<Mapping> make_configured_json_mapping() {
  return std::make_unique<ConfiguredMapping>();
}

std::string deletion_note(const std::vector<std::string>& ids) {
  std::string note;
  JsonWriter json(note);
  json.begin_object().key(kDeletionKey).begin_array();
  for (const std::string& id : ids) {
    json.value(id);
  }
  json.end_array().end_object();
  return note;
}

}  // namespace vigie
