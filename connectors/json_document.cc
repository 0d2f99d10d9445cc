#include "connectors/json_document.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <deque>

#include "engine/core/check.h"

namespace vigie {

namespace dom = simdjson::dom;

struct JsonNode {
  dom::element value;
  const JsonNode* parent = nullptr;
};

namespace {

constexpr std::size_t kMaxDocumentBytes = 64 << 20;
constexpr std::size_t kMaxDocumentDepth = 64;
constexpr std::size_t kMaxSteps = 32;

/// "a~1b~0c" → "a/b~c"; nothing for any other use of "~".
std::optional<std::string> unescaped(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    const char next = ++i < step.size() ? step[i] : ' ';
    if (next != '0' && next != '1') {
      return std::nullopt;
    }
    out += next == '0' ? '~' : '/';
  }
  return out;
}

JsonDocument::Flaw flaw_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return {RejectReason::kInvalidUtf8, "this is not UTF-8"};
    case simdjson::DEPTH_ERROR:
      return {RejectReason::kTooDeep, "this JSON nests too deep"};
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return {RejectReason::kTooLong, "this JSON is too large"};
    default:
      return {RejectReason::kMalformed,
              std::string("this is not JSON: ") + simdjson::error_message(error)};
  }
}

}  // namespace

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
  JsonPath path;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, path.up);
  if (error == std::errc::result_out_of_range || path.up > kMaxSteps) {
    return std::nullopt;
  }
  text = std::string_view(rest, static_cast<std::size_t>(end - rest));
  while (!text.empty()) {
    if (text.front() != '/' || path.steps.size() == kMaxSteps) {
      return std::nullopt;
    }
    const std::size_t slash = std::min(text.find('/', 1), text.size());
    auto step = unescaped(text.substr(1, slash - 1));
    if (!step) {
      return std::nullopt;
    }
    path.steps.push_back(std::move(*step));
    text.remove_prefix(slash);
  }
  return path;
}

struct JsonDocument::Pieces {
  dom::parser parser{kMaxDocumentBytes};
  std::deque<JsonNode> nodes;
  std::deque<std::string> texts;

  void walk(const JsonNode& from, const JsonPath& path, std::size_t step, bool first_only,
            std::vector<const JsonNode*>& found) {
    if (first_only && !found.empty()) {
      return;
    }
    if (step == path.steps.size()) {
      found.push_back(&from);
      return;
    }
    const std::string& name = path.steps[step];
    dom::array array;
    if (from.value.get(array) == simdjson::SUCCESS) {
      if (name == "*") {
        for (const dom::element element : array) {
          walk(nodes.emplace_back(JsonNode{element, &from}), path, step + 1, first_only, found);
        }
        return;
      }
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
      dom::element element;
      if (error == std::errc{} && end == name.data() + name.size() &&
          array.at(index).get(element) == simdjson::SUCCESS) {
        walk(nodes.emplace_back(JsonNode{element, &from}), path, step + 1, first_only, found);
      }
      return;
    }
    dom::object object;
    dom::element element;
    if (from.value.get(object) == simdjson::SUCCESS &&
        object[name].get(element) == simdjson::SUCCESS) {
      walk(nodes.emplace_back(JsonNode{element, &from}), path, step + 1, first_only, found);
    }
  }

  std::vector<const JsonNode*> look(const JsonNode& from, const JsonPath& path, bool first_only) {
    std::vector<const JsonNode*> found;
    const JsonNode* start = &from;
    for (std::size_t i = 0; i < path.up; ++i) {
      start = start->parent;
      if (start == nullptr) {
        return found;
      }
    }
    walk(*start, path, 0, first_only, found);
    return found;
  }
};

JsonDocument::JsonDocument() : pieces_(std::make_unique<Pieces>()) {}
JsonDocument::~JsonDocument() = default;

std::optional<JsonDocument::Flaw> JsonDocument::parse(std::string_view bytes) {
  pieces_->nodes.clear();
  pieces_->texts.clear();
  dom::parser& parser = pieces_->parser;
  if (parser.max_depth() != kMaxDocumentDepth) {
    if (const auto error = parser.allocate(0, kMaxDocumentDepth); error != simdjson::SUCCESS) {
      return flaw_of(error);
    }
  }
  dom::element root;
  if (const auto error = parser.parse(bytes.data(), bytes.size()).get(root);
      error != simdjson::SUCCESS) {
    return flaw_of(error);
  }
  pieces_->nodes.push_back({root, nullptr});
  return std::nullopt;
}

const JsonNode& JsonDocument::root() const {
  check(!pieces_->nodes.empty(), "a document is looked into only after it was read");
  return pieces_->nodes.front();
}

std::vector<const JsonNode*> JsonDocument::all(const JsonNode& from, const JsonPath& path) {
  return pieces_->look(from, path, false);
}

const JsonNode* JsonDocument::find(const JsonNode& from, const JsonPath& path) {
  const auto found = pieces_->look(from, path, true);
  return found.empty() ? nullptr : found.front();
}

const JsonNode* JsonDocument::find(const JsonNode& from, std::string_view pointer) {
  dom::element element;
  return from.value.at_pointer(pointer).get(element) == simdjson::SUCCESS
             ? &pieces_->nodes.emplace_back(JsonNode{element, &from})
             : nullptr;
}

std::vector<const JsonNode*> JsonDocument::elements(const JsonNode& node) {
  static const JsonPath kEvery{0, {"*"}};
  return node.value.is_array() ? all(node, kEvery) : std::vector<const JsonNode*>();
}

bool JsonDocument::is_object(const JsonNode& node) { return node.value.is_object(); }

std::optional<std::string_view> JsonDocument::text(const JsonNode& node) {
  switch (node.value.type()) {
    case dom::element_type::STRING: {
      const std::string_view text = node.value.get_string().value_unsafe();
      if (text.find('\0') == text.npos) {
        return text;
      }
      std::string clean(text);
      std::ranges::replace(clean, '\0', ' ');
      return keep(std::move(clean));
    }
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
    case dom::element_type::BOOL:
      return pieces_->texts.emplace_back(simdjson::minify(node.value));
    default:
      return std::nullopt;
  }
}

std::optional<double> JsonDocument::number(const JsonNode& node) {
  double value = 0;
  if (node.value.get(value) == simdjson::SUCCESS) {
    return value;
  }
  std::string_view text;
  if (node.value.get(text) != simdjson::SUCCESS || text.empty()) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

std::uint64_t JsonDocument::count(const JsonNode& node) {
  std::uint64_t whole = 0;
  if (node.value.get(whole) == simdjson::SUCCESS) {
    return whole;
  }
  const double value = number(node).value_or(0);
  return value > 0 && value < 1e15 ? static_cast<std::uint64_t>(value) : 0;
}

std::string_view JsonDocument::keep(std::string text) {
  return pieces_->texts.emplace_back(std::move(text));
}

std::string JsonDocument::json(const JsonNode& node) const { return simdjson::minify(node.value); }

}  // namespace vigie
