#include <algorithm>

#include "connectors/jetstream.h"
#include "connectors/json_mapping.h"
#include "engine/core/ascii.h"

namespace vigie {
namespace {

constexpr std::string_view kNetwork = "bluesky";
constexpr std::string_view kPost = "app.bsky.feed.post";

class JetstreamMapping final : public JsonMapping {
 private:
  /// Version 1 has `kind` and a member of that name; version 2 has `$type` "…#kind" and its members
  /// flat, and comes in an envelope.
  void read(const JsonNode& object, std::string_view piece, MentionSink& sink) override {
    if (const JsonNode* payload = find(object, "/payload")) {
      read_event(*payload, *payload, piece, sink);
    } else {
      const JsonNode* commit = find(object, "/commit");
      read_event(object, commit ? *commit : object, piece, sink);
    }
  }

  void read_event(const JsonNode& event, const JsonNode& commit, std::string_view piece,
                  MentionSink& sink) {
    const std::string_view did = text(event, "/did");
    std::string_view kind = text(event, "/kind");
    if (kind.empty()) {
      const std::string_view type = text(event, "/$type");
      kind = type.substr(std::min(type.find('#') + 1, type.size()));
    }
    if (kind == "commit") {
      read_commit(event, commit, did, piece, sink);
    } else if (kind == "account") {
      if (text(event, "/account/status") == "deleted") {
        sink.purge_author(kNetwork, did);
      }
    } else if (kind.empty()) {
      sink.reject(RejectReason::kInvalidField, "the event does not say of what kind it is", piece);
    }
  }

  void read_commit(const JsonNode& event, const JsonNode& commit, std::string_view did,
                   std::string_view piece, MentionSink& sink) {
    if (text(commit, "/collection") != kPost) {
      return;
    }
    const std::string_view rkey = text(commit, "/rkey"), operation = text(commit, "/operation");
    if (did.empty() || rkey.empty()) {
      sink.reject(RejectReason::kMissingId, "the commit names no record", piece);
      return;
    }
    Mention mention;
    mention.source = kNetwork;
    mention.id =
        keep("at://" + std::string(did) + "/" + std::string(kPost) + "/" + std::string(rkey));
    mention.deleted = operation == "delete";
    if (mention.deleted) {
      sink.mention(mention);
      return;
    }
    const JsonNode* record = find(commit, "/record");
    const std::optional<Time> witnessed = witnessed_at(event);
    if (record == nullptr || !witnessed) {
      sink.reject(RejectReason::kInvalidField, "the commit has no `record` or no time", piece);
      return;
    }
    mention.author.id = did;
    mention.author.url = keep("https://bsky.app/profile/" + std::string(did));
    mention.url = keep(std::string(mention.author.url) + "/post/" + std::string(rkey));
    read_record(*record, mention);
    // The author's own word on when, but not later than when it was seen: so a later version is
    // never older than an earlier one.
    mention.created_at = std::min(time(*record, "/createdAt").value_or(*witnessed), *witnessed);
    mention.version.edited_at_us =
        (operation == "update" ? *witnessed : mention.created_at).time_since_epoch().count();
    if (!mention.text.empty()) {
      sink.mention(mention);
    }
  }

  void read_record(const JsonNode& record, Mention& mention) {
    mention.text = trimmed(text(record, "/text"));
    mention.language = text(record, "/langs/0");
    mention.in_reply_to = text(record, "/reply/parent/uri");
    mention.thread = text(record, "/reply/root/uri");
    mention.kind = mention.in_reply_to.empty() ? Kind::kPost : Kind::kReply;
  }

  std::optional<Time> witnessed_at(const JsonNode& event) {
    if (const std::uint64_t time_us = count(event, "/time_us"); time_us != 0) {
      constexpr std::uint64_t kLastYearUs = 253'402'300'799'000'000;
      return Time(microseconds(static_cast<std::int64_t>(std::min(time_us, kLastYearUs))));
    }
    return time(event, "/time");
  }
};

}  // namespace

std::unique_ptr<Mapping> make_jetstream_mapping() { return std::make_unique<JetstreamMapping>(); }

}  // namespace vigie
