#include "connectors/nats_protocol.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace vigie {
namespace {

using Kind = NatsOperation::Kind;

constexpr std::size_t kMaxLineBytes = 4 << 10, kMaxInfoBytes = 64 << 10;
constexpr std::string_view kLineEnd = "\r\n";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    if (end > 0) {
      words.push_back(line.substr(0, end));
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

std::optional<std::size_t> size_of(std::string_view digits) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  const bool is_size = error == std::errc() && end == digits.data() + digits.size() &&
                       size <= NatsReader::kMaxMessageBytes;
  return is_size ? std::optional(size) : std::nullopt;
}

/// "NATS/1.0 404 No Messages"
void read_status(std::string_view header, NatsOperation& operation) {
  constexpr std::string_view kVersion = "NATS/1.0";
  std::string_view line = header.substr(0, header.find(kLineEnd));
  line.remove_prefix(std::min(kVersion.size() + 1, line.size()));
  const std::size_t end = std::min(line.find(' '), line.size());
  std::from_chars(line.data(), line.data() + end, operation.status);
  operation.status_text = line;
}

tl::unexpected<Error> nonsense() {
  return fail(ErrorCode::kInvalidInput, "the server does not speak NATS");
}

}  // namespace

Result<std::optional<NatsOperation>> NatsReader::next() {
  constexpr std::size_t kKeptBytes = 64 << 10;
  if (begin_ == held_.size() || begin_ > kKeptBytes) {
    held_.erase(0, begin_);
    begin_ = 0;
  }
  const std::string_view rest = std::string_view(held_).substr(begin_);
  const std::size_t end = rest.find(kLineEnd);
  const std::size_t bound = rest.starts_with("INFO ") ? kMaxInfoBytes : kMaxLineBytes;
  if (std::min(end, rest.size()) > bound) {
    return nonsense();
  }
  if (end == rest.npos) {
    return std::nullopt;
  }
  const std::string_view line = rest.substr(0, end);
  const std::size_t body = end + kLineEnd.size();
  if (line.starts_with("MSG ") || line.starts_with("HMSG ")) {
    return next_message(line, body, line.front() == 'H');
  }
  NatsOperation operation;
  if (line.starts_with("INFO ")) {
    operation.kind = Kind::kInfo;
    operation.payload = line.substr(5);
  } else if (line.starts_with("-ERR")) {
    operation.kind = Kind::kError;
    operation.payload = line.substr(std::min<std::size_t>(5, line.size()));
  } else if (line == "PING") {
    operation.kind = Kind::kPing;
  } else if (line == "PONG") {
    operation.kind = Kind::kPong;
  } else if (line != "+OK") {
    return nonsense();
  }
  begin_ += body;
  return operation;
}

/// MSG subject sid [reply] bytes, HMSG subject sid [reply] header-bytes bytes.
Result<std::optional<NatsOperation>> NatsReader::next_message(std::string_view line,
                                                              std::size_t body, bool has_header) {
  const std::vector<std::string_view> words = words_of(line);
  const std::size_t sizes = has_header ? 2 : 1;
  if (words.size() < 3 + sizes || words.size() > 4 + sizes) {
    return nonsense();
  }
  const auto size = size_of(words.back());
  const auto header = has_header ? size_of(words[words.size() - 2]) : 0;
  if (!size || !header || *header > *size) {
    return nonsense();
  }
  const std::string_view rest = std::string_view(held_).substr(begin_);
  if (rest.size() < body + *size + kLineEnd.size()) {
    return std::nullopt;
  }
  if (rest.substr(body + *size, kLineEnd.size()) != kLineEnd) {
    return nonsense();
  }
  NatsOperation operation;
  operation.kind = Kind::kMessage;
  operation.subject = words[1];
  if (words.size() == 4 + sizes) {
    operation.reply = words[3];
  }
  if (has_header) {
    read_status(rest.substr(body, *header), operation);
  }
  operation.payload = rest.substr(body + *header, *size - *header);
  begin_ += body + *size + kLineEnd.size();
  return operation;
}

std::string nats_publication(std::string_view subject, std::string_view reply,
                             std::string_view payload) {
  std::string text = "PUB ";
  text.append(subject).append(reply.empty() ? "" : " ").append(reply);
  text.append(" ").append(std::to_string(payload.size())).append(kLineEnd);
  return text.append(payload).append(kLineEnd);
}

}  // namespace vigie
