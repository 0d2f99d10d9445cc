#include "connectors/sse_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace vigie {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

void SseParser::feed(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + end > kMaxEventBytes) {
      is_too_long_ = passes_over_ = true;
      line_.clear();
    } else if (!passes_over_) {
      line_ += bytes.substr(0, end);
    }
    bytes.remove_prefix(end);
    if (!bytes.empty()) {
      after_return_ = bytes.front() == '\r';
      bytes.remove_prefix(1);
      end_line(take);
    }
  }
}

void SseParser::end_line(const Take& take) {
  std::string_view line = line_;
  if (std::exchange(is_first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (std::exchange(passes_over_, false)) {
    line_.clear();
    return;
  }
  if (line.empty()) {
    dispatch(take);
  } else if (line.front() != ':') {
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) {
      value.remove_prefix(1);
    }
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (data_.size() + value.size() > kMaxEventBytes) {
      is_too_long_ = true;
      data_.clear();
    }
    if (!is_too_long_) {
      data_.append(value).push_back('\n');
    }
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) {
      next_id_ = value;
    }
  } else if (name == "retry" && !value.empty()) {
    std::uint64_t wait_ms = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wait_ms);
    if (error == std::errc() && end == value.data() + value.size()) {
      retry_ms_ = wait_ms;
    }
  }
}

void SseParser::dispatch(const Take& take) {
  id_ = next_id_;
  if (is_too_long_) {
    ++overlong_;
  } else if (has_data_) {
    data_.pop_back();
    take({type_.empty() ? std::string_view("message") : type_, data_, id_});
  }
  is_too_long_ = has_data_ = false;
  data_.clear();
  type_.clear();
}

}  // namespace vigie
