#include "engine/parse/canonical.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/parse/json_pieces.h"

namespace vigie {
namespace {

namespace ondemand = simdjson::ondemand;

/// Finds a field's number by its key, as it is written: one slot by its first bytes, and no
/// comparison but with the name that lies there.
template <std::size_t kCount>
class FieldIndex {
 public:
  constexpr explicit FieldIndex(std::array<std::string_view, kCount> names) : names_(names) {
    for (std::size_t i = 0; i < kCount; ++i) {
      shortest_ = std::min(shortest_, names[i].size());
      written_[i] = Written(names[i]);
    }
    slot_mask_ = Written(std::string_view(".......").substr(0, shortest_)).mask[0];
    while (!has_own_slots()) {
      multiplier_ *= 0x5851f42d4c957f2dULL;
    }
  }

  /// `key`: what stands behind its opening quote, kReadBytes at least. kCount: none of ours, or one
  /// that is written with an escape.
  std::size_t find_written(const char* key) const {
    std::array<char, kReadBytes> read;
    std::memcpy(read.data(), key, sizeof read);
    const Bytes bytes = std::bit_cast<Bytes>(read);
    const std::size_t i = slots_[slot(bytes[0])];
    const Written& name = written_[i];
    const std::uint64_t differ =
        ((bytes[0] ^ name.bytes[0]) & name.mask[0]) | ((bytes[1] ^ name.bytes[1]) & name.mask[1]);
    return differ == 0 ? i : kCount;
  }
  /// kCount: none of ours.
  std::size_t find(std::string_view name) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }
  constexpr std::string_view name(std::size_t i) const { return names_[i]; }

 private:
  static constexpr std::size_t kReadBytes = 16;
  static_assert(kReadBytes <= Payload::kPaddingBytes, "a key may be the last of its input");
  using Bytes = std::array<std::uint64_t, 2>;

  /// A name with its closing quote. The default one is no key.
  struct Written {
    constexpr Written() : mask{~std::uint64_t{0}, ~std::uint64_t{0}} {}
    constexpr explicit Written(std::string_view name) {
      std::array<char, kReadBytes> text{}, covered{};
      for (std::size_t i = 0; i <= name.size(); ++i) {
        text.at(i) = i < name.size() ? name[i] : '"';
        covered.at(i) = '\xff';
      }
      bytes = std::bit_cast<Bytes>(text);
      mask = std::bit_cast<Bytes>(covered);
    }
    Bytes bytes{}, mask{};
  };

  constexpr std::size_t slot(std::uint64_t first_bytes) const {
    return (first_bytes & slot_mask_) * multiplier_ >> (64 - kSlotBits);
  }
  constexpr bool has_own_slots() {
    slots_.fill(kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      std::size_t& taken = slots_[slot(written_[i].bytes[0])];
      if (taken != kCount) {
        return false;
      }
      taken = i;
    }
    return true;
  }

  static constexpr unsigned kSlotBits = 6;
  std::array<std::string_view, kCount> names_;
  std::size_t shortest_ = 7;  ///< with its quote within the first eight bytes
  std::uint64_t slot_mask_ = 0, multiplier_ = 0x9e3779b97f4a7c15ULL;
  std::array<Written, kCount + 1> written_;  ///< the last is no key
  std::array<std::size_t, std::size_t{1} << kSlotBits> slots_{};
};

enum Field : std::size_t {
  kId,
  kSource,
  kKind,
  kAuthor,
  kTitle,
  kText,
  kLang,
  kCreatedAt,
  kEditedAt,
  kUrl,
  kInReplyTo,
  kRepostOf,
  kThread,
  kPlace,
  kRating,
  kEngagement,
  kDeleted,
  kFieldCount
};
constexpr FieldIndex<kFieldCount> kFields({"id", "source", "kind", "author", "title", "text",
                                           "lang", "created_at", "edited_at", "url", "in_reply_to",
                                           "repost_of", "thread", "place", "rating", "engagement",
                                           "deleted"});
enum AuthorField : std::size_t {
  kAuthorId,
  kAuthorName,
  kAuthorUrl,
  kFollowers,
  kAuthorFieldCount
};
constexpr FieldIndex<kAuthorFieldCount> kAuthorFields({"id", "name", "url", "followers"});
enum PlaceField : std::size_t { kPlaceName, kLatitude, kLongitude, kPlaceFieldCount };
constexpr FieldIndex<kPlaceFieldCount> kPlaceFields({"name", "lat", "lon"});
enum EngagementField : std::size_t { kLikes, kReposts, kReplies, kEngagementFieldCount };
constexpr FieldIndex<kEngagementFieldCount> kEngagementFields({"likes", "reposts", "replies"});

struct Flaw {
  RejectReason reason = RejectReason::kMalformed;
  std::string detail;
};

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

/// Reads one JSON object as a mention. The mention's views point into the piece; those of texts
/// with escapes into the parser's buffer, or into `cleaned_`.
class MentionReader {
 public:
  explicit MentionReader(Requirement requirement) : requirement_(requirement) {}

  /// False: flaw() says why. `piece` is followed by Payload::kPaddingBytes readable bytes; views
  /// last until the next call. A call of its own: what reading costs is counted by it.
  [[gnu::noinline]] bool read(std::string_view piece, std::string_view network) {
    mention_ = {};
    has_kind_ = has_text_ = false;
    brackets_.reset();
    cleaned_.clear();
    piece_end_ = piece.data() + piece.size();
    has_escapes_ = piece.find('\\') != piece.npos;
    mention_.source = network;
    ondemand::document document;
    const auto error =
        parser_.iterate(piece.data(), piece.size(), piece.size() + Payload::kPaddingBytes)
            .get(document);
    if (error != simdjson::SUCCESS) {
      return broken(error);
    }
    ondemand::object object;
    if (const auto not_object = document.get_object().get(object);
        not_object != simdjson::SUCCESS) {
      return not_object == simdjson::INCORRECT_TYPE
                 ? flawed(RejectReason::kMalformed, "a mention must be a JSON object")
                 : broken(not_object);
    }
    if (!read_fields(object, kFields, "", 1, [this](std::size_t field, ondemand::value& value) {
          return read_field(field, value);
        })) {
      return false;
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return flawed(RejectReason::kMalformed, "something follows the mention on its line");
    }
    return complete();
  }

  const Mention& mention() const { return mention_; }
  const Flaw& flaw() const { return flaw_; }

 private:
  [[gnu::cold, gnu::noinline]] bool flawed(RejectReason reason, std::string detail) {
    flaw_ = {reason, std::move(detail)};
    return false;
  }

  [[gnu::cold, gnu::noinline]] bool broken(simdjson::error_code error) {
    switch (error) {
      case simdjson::UTF8_ERROR:
        return flawed(RejectReason::kInvalidUtf8, "the bytes are not UTF-8");
      case simdjson::DEPTH_ERROR:
        return flawed(RejectReason::kTooDeep, too_deep());
      case simdjson::STRING_ERROR:
        return flawed(RejectReason::kMalformed,
                      "a string holds a bad escape or half a surrogate pair");
      default:
        return flawed(RejectReason::kMalformed,
                      std::string("this is not JSON: ") + simdjson::error_message(error));
    }
  }

  static std::string too_deep() {
    return "JSON nested deeper than " + std::to_string(kMaxJsonDepth);
  }

  [[gnu::cold, gnu::noinline]] bool wrong(std::string_view prefix, std::string_view name,
                                          std::string_view what) {
    std::string detail = "`";
    detail.append(prefix).append(name).append("` must be ").append(what);
    return flawed(RejectReason::kInvalidField, std::move(detail));
  }

  [[gnu::cold, gnu::noinline]] bool twice(std::string_view prefix, std::string_view name) {
    std::string detail = "`";
    detail.append(prefix).append(name).append("` is there twice");
    return flawed(RejectReason::kInvalidField, std::move(detail));
  }

  [[gnu::cold, gnu::noinline]] bool too_long(std::string_view name) {
    std::string detail = "`";
    detail.append(name).append("` is longer than ").append(std::to_string(kMaxTextBytes));
    return flawed(RejectReason::kTooLong, detail.append(" bytes"));
  }

  [[gnu::cold, gnu::noinline]] bool not_of_type(simdjson::error_code error, std::string_view prefix,
                                                std::string_view name, std::string_view what) {
    return error == simdjson::INCORRECT_TYPE ? wrong(prefix, name, what) : broken(error);
  }

  /// U+0000, which can only be written as an escape, becomes a space.
  [[gnu::noinline]] void clean(std::string_view& text) {
    if (text.find('\0') != text.npos) {
      std::string& clean = cleaned_.emplace_back(text);
      std::replace(clean.begin(), clean.end(), '\0', ' ');
      text = clean;
    }
  }

  /// Calls `take(field number, value)` for each field that is ours and not null; sees to the rest.
  template <std::size_t kCount, class Take>
  bool read_fields(ondemand::object& object, const FieldIndex<kCount>& index,
                   std::string_view prefix, std::size_t depth, Take&& take) {
    std::uint32_t seen = 0;
    for (auto one : object) {
      if (one.error() != simdjson::SUCCESS) {
        return broken(one.error());
      }
      ondemand::field&& field = std::move(one).value_unsafe();  // where it lies: not copied
      const char* const written = field.key().raw();
      std::size_t i = index.find_written(written);
      if (i == kCount) {
        std::string_view name;
        if (const auto error = field.unescaped_key().get(name); error != simdjson::SUCCESS) {
          return broken(error);
        }
        if (written[name.size()] != '"') {  // an escape makes it longer than what it says
          i = index.find(name);
        }
      }
      ondemand::value& value = field.value();
      if (i == kCount) {
        if (!pass_over(value, depth)) {
          return false;
        }
        continue;
      }
      if (seen >> i & 1) {
        return twice(prefix, index.name(i));
      }
      seen |= 1u << i;
      const auto null = value.is_null();
      if (null.error() != simdjson::SUCCESS) {
        return broken(null.error());
      }
      if (!null.value_unsafe() && !take(i, value)) {
        return false;
      }
    }
    return true;
  }

  /// An unknown field: only its depth is looked at.
  bool pass_over(ondemand::value& value, std::size_t depth) {
    const std::string_view token = value.raw_json_token();
    if (token[0] != '{' && token[0] != '[') {
      return true;
    }
    const std::string_view rest(token.data(), static_cast<std::size_t>(piece_end_ - token.data()));
    if (!brackets_) {
      brackets_ = json_brackets(rest);
    }
    return depth + *brackets_ <= kMaxJsonDepth || depth + json_depth(rest) <= kMaxJsonDepth ||
           flawed(RejectReason::kTooDeep, too_deep());
  }

  bool read_field(std::size_t field, ondemand::value& value) {
    switch (field) {
      case kId:
        return read_id(value, "", kFields.name(field), mention_.id);
      case kSource:
        return read_text(value, "", kFields.name(field), mention_.source);
      case kKind:
        return read_kind(value);
      case kAuthor:
        return read_author(value);
      case kTitle:
        return read_text(value, "", kFields.name(field), mention_.title);
      case kText:
        return has_text_ = true, read_text(value, "", kFields.name(field), mention_.text);
      case kLang:
        return read_text(value, "", kFields.name(field), mention_.language);
      case kCreatedAt:
        return read_time(value, kFields.name(field), mention_.created_at);
      case kEditedAt:
        return read_edited_at(value);
      case kUrl:
        return read_text(value, "", kFields.name(field), mention_.url);
      case kInReplyTo:
        return read_id(value, "", kFields.name(field), mention_.in_reply_to);
      case kRepostOf:
        return read_id(value, "", kFields.name(field), mention_.repost_of);
      case kThread:
        return read_id(value, "", kFields.name(field), mention_.thread);
      case kPlace:
        return read_place(value);
      case kRating:
        return read_rating(value);
      case kEngagement:
        return read_engagement(value);
      default:
        return read_deleted(value);
    }
  }

  bool read_author(ondemand::value& value) {
    return read_object(value, kAuthorFields, "author", "author.",
                       [this](std::size_t field, ondemand::value& part) {
                         const std::string_view name = kAuthorFields.name(field);
                         switch (field) {
                           case kAuthorId:
                             return read_id(part, "author.", name, mention_.author.id);
                           case kAuthorName:
                             return read_text(part, "author.", name, mention_.author.name);
                           case kAuthorUrl:
                             return read_text(part, "author.", name, mention_.author.url);
                           default:
                             return read_count(part, "author.", name, mention_.author.followers);
                         }
                       });
  }

  bool read_place(ondemand::value& value) {
    return read_object(
        value, kPlaceFields, "place", "place.", [this](std::size_t field, ondemand::value& part) {
          switch (field) {
            case kPlaceName:
              return read_text(part, "place.", kPlaceFields.name(field), mention_.place.name);
            case kLatitude:
              return read_degrees(part, "lat", 90, mention_.place.latitude);
            default:
              return read_degrees(part, "lon", 180, mention_.place.longitude);
          }
        });
  }

  bool read_engagement(ondemand::value& value) {
    return read_object(value, kEngagementFields, "engagement", "engagement.",
                       [this](std::size_t field, ondemand::value& part) {
                         Engagement& engagement = mention_.engagement;
                         std::uint64_t& count = field == kLikes     ? engagement.likes
                                                : field == kReposts ? engagement.reposts
                                                                    : engagement.replies;
                         return read_count(part, "engagement.", kEngagementFields.name(field),
                                           count);
                       });
  }

  template <std::size_t kCount, class Take>
  bool read_object(ondemand::value& value, const FieldIndex<kCount>& index, std::string_view name,
                   std::string_view prefix, Take&& take) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object); error != simdjson::SUCCESS) {
      return not_of_type(error, "", name, "an object");
    }
    return read_fields(object, index, prefix, 2, take);
  }

  bool read_text(ondemand::value& value, std::string_view prefix, std::string_view name,
                 std::string_view& out) {
    std::string_view token = value.raw_json_token();
    const bool is_escaped = has_escapes_ && token.find('\\') != token.npos;
    if (!is_escaped && value.get_raw_json_string().error() == simdjson::SUCCESS) {
      // Nothing to unescape: it stays where it is, and what follows its closing quote is blank.
      while (token.back() != '"') {
        token.remove_suffix(1);
      }
      constexpr std::size_t kQuotes = 2;
      out = token.substr(1, token.size() - kQuotes);
    } else if (const auto error = value.get_string().get(out); error != simdjson::SUCCESS) {
      return not_of_type(error, prefix, name, "a string");
    } else {
      clean(out);
    }
    return out.size() <= kMaxTextBytes || too_long(name);
  }

  /// An id may be a number: then its digits, as written.
  bool read_id(ondemand::value& value, std::string_view prefix, std::string_view name,
               std::string_view& out) {
    const std::string_view token = value.raw_json_token();
    if (token[0] == '"') {
      return read_text(value, prefix, name, out);
    }
    std::int64_t number = 0;
    std::uint64_t natural = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS &&
        value.get_uint64().get(natural) != simdjson::SUCCESS) {
      return wrong(prefix, name, "a string or a whole number");
    }
    out = token.substr(0, token.find_first_not_of("-0123456789"));
    return true;
  }

  bool read_kind(ondemand::value& value) {
    std::string_view word;
    if (!read_text(value, "", "kind", word)) {
      return false;
    }
    const auto kind = parse_kind(word);
    if (!kind) {
      return wrong("", "kind", "post, reply, repost, comment, review, request or message");
    }
    mention_.kind = *kind;
    has_kind_ = true;
    return true;
  }

  bool read_time(ondemand::value& value, std::string_view name, Time& out) {
    std::string_view text;
    if (!read_text(value, "", name, text)) {
      return false;
    }
    const auto time = parse_time(text);
    if (!time) {
      return wrong("", name, "an RFC 3339 date (2026-10-14T06:13:50Z)");
    }
    out = *time;
    return true;
  }

  bool read_edited_at(ondemand::value& value) {
    Time time{};
    if (!read_time(value, "edited_at", time)) {
      return false;
    }
    mention_.version.edited_at_us = time.time_since_epoch().count();
    return true;
  }

  bool read_count(ondemand::value& value, std::string_view prefix, std::string_view name,
                  std::uint64_t& out) {
    return value.get_uint64().get(out) == simdjson::SUCCESS ||
           wrong(prefix, name, "a whole number from 0");
  }

  bool read_degrees(ondemand::value& value, std::string_view name, double limit,
                    std::optional<double>& out) {
    double degrees = 0;
    if (value.get_double().get(degrees) != simdjson::SUCCESS || degrees < -limit ||
        degrees > limit) {
      return wrong("place.", name, "degrees");
    }
    out = degrees;
    return true;
  }

  bool read_rating(ondemand::value& value) {
    std::int64_t stars = 0;
    if (value.get_int64().get(stars) != simdjson::SUCCESS || stars < 1 || stars > 5) {
      return wrong("", "rating", "1 to 5");
    }
    mention_.rating = static_cast<int>(stars);
    return true;
  }

  bool read_deleted(ondemand::value& value) {
    return value.get_bool().get(mention_.deleted) == simdjson::SUCCESS ||
           wrong("", "deleted", "true or false");
  }

  /// What only the whole mention can tell.
  bool complete() {
    const bool must_have_id = requirement_ == Requirement::kIngest || mention_.deleted;
    if (must_have_id && mention_.id.empty()) {
      return flawed(RejectReason::kMissingId, "the mention has no `id`");
    }
    if (must_have_id && mention_.source.empty()) {
      return flawed(RejectReason::kMissingId, "the mention has no `source`");
    }
    if (!mention_.deleted && !says_something()) {
      return flawed(RejectReason::kMissingText, "the mention has no `text`");
    }
    if (!has_kind_ && !mention_.in_reply_to.empty()) {
      mention_.kind = Kind::kReply;
    }
    if (mention_.version.edited_at_us == 0) {
      mention_.version.edited_at_us = mention_.created_at.time_since_epoch().count();
    }
    return true;
  }

  /// To classify, an empty text is a text. To ingest, one that says nothing needs a title or stars
  /// beside it.
  bool says_something() const {
    if (requirement_ == Requirement::kClassify) {
      return has_text_;
    }
    return !is_blank(mention_.text) || !is_blank(mention_.title) || mention_.rating.has_value();
  }

  Requirement requirement_;
  ondemand::parser parser_;
  Mention mention_;
  Flaw flaw_;
  bool has_kind_ = false, has_text_ = false;
  bool has_escapes_ = false;  ///< somewhere in the piece
  const char* piece_end_ = nullptr;
  /// From the mention's first unknown value on: counted once, else many of them cost a square.
  std::optional<std::size_t> brackets_;
  std::deque<std::string> cleaned_;  ///< texts that held U+0000
};

class CanonicalMapping final : public Mapping {
 public:
  explicit CanonicalMapping(Requirement requirement) : reader_(requirement) {}

  void map(const Envelope& envelope, MentionSink& sink) override {
    const std::string_view network =
        envelope.origin ? envelope.origin->network : std::string_view();
    JsonPieces pieces(envelope.bytes.view());
    for (JsonPiece piece; pieces.next(piece);) {
      if (piece.bytes.size() > kMaxMentionBytes) {
        sink.reject(RejectReason::kTooLong,
                    "a mention longer than " + std::to_string(kMaxMentionBytes) + " bytes",
                    piece.bytes);
      } else if (reader_.read(piece.bytes, network)) {
        sink.mention(reader_.mention());
      } else if (piece.torn && reader_.flaw().reason == RejectReason::kMalformed) {
        sink.reject(RejectReason::kMalformed, "the last mention is torn: " + reader_.flaw().detail,
                    piece.bytes);
      } else {
        sink.reject(reader_.flaw().reason, reader_.flaw().detail, piece.bytes);
      }
    }
  }

 private:
  MentionReader reader_;
};

}  // namespace

std::unique_ptr<Mapping> make_canonical_mapping(Requirement requirement) {
  return std::make_unique<CanonicalMapping>(requirement);
}

}  // namespace vigie
