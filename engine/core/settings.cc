#include "engine/core/settings.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vigie {
namespace {

constexpr std::size_t kMaxFileBytes = 16U << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxFieldsPerMap = 10'000;

/// Our own refusal, thrown through the YAML parser's event loop and caught in Settings::parse.
struct Refusal {
  int line, column;
  std::string text;
};

}  // namespace

/// Builds the tree from parser events, so that aliases and depth are refused before they cost
/// anything.
class SettingsBuilder final : public YAML::EventHandler {
 public:
  SettingsBuilder(std::string file, std::vector<Problem>& problems)
      : file_(std::move(file)), problems_(problems) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(mark, Settings::Type::kNull); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark.line + 1, mark.column + 1, "aliases (*name) are not allowed here"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    if (!stack_.empty() && stack_.back()->type_ == Settings::Type::kMap && !has_key_) {
      take_key(mark, value);
      return;
    }
    add(mark, Settings::Type::kScalar).scalar_ = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, Settings::Type::kList);
  }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, Settings::Type::kMap);
  }
  void OnMapEnd() override { stack_.pop_back(); }

  Settings take_root() { return std::move(root_); }
  void place(Settings& node, const YAML::Mark& mark) const {
    node.file_ = file_;
    node.line_ = mark.line + 1;
    node.column_ = mark.column + 1;
  }

 private:
  void take_key(const YAML::Mark& mark, const std::string& key) {
    if (stack_.back()->fields_.size() >= kMaxFieldsPerMap) {
      throw Refusal{mark.line + 1, mark.column + 1, "more than 10,000 fields in one map"};
    }
    if (stack_.back()->find(key) != nullptr) {
      problems_.push_back({file_, mark.line + 1, mark.column + 1, "'" + key + "' is given twice"});
    }
    key_ = key;
    has_key_ = true;
  }

  Settings& add(const YAML::Mark& mark, Settings::Type type) {
    Settings* node = &root_;
    if (!stack_.empty()) {
      Settings& parent = *stack_.back();
      if (parent.type_ == Settings::Type::kList) {
        node = &parent.items_.emplace_back();
      } else if (has_key_) {
        node = &parent.fields_.emplace_back(std::move(key_), Settings()).second;
        has_key_ = false;
      } else {
        throw Refusal{mark.line + 1, mark.column + 1, "a field's name must be a plain word"};
      }
    }
    node->type_ = type;
    place(*node, mark);
    return *node;
  }

  void open(const YAML::Mark& mark, Settings::Type type) {
    if (stack_.size() >= kMaxDepth) {
      throw Refusal{mark.line + 1, mark.column + 1, "nested deeper than 64 levels"};
    }
    // Safe to keep the address: a container's siblings are added only after it was popped.
    stack_.push_back(&add(mark, type));
  }

  std::string file_;
  std::vector<Problem>& problems_;
  Settings root_;
  std::vector<Settings*> stack_;
  std::string key_;
  bool has_key_ = false;
};

std::string to_string(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) {
      text += '\n';
    }
    text += problem.file;
    if (problem.line != 0) {
      text += ':' + std::to_string(problem.line);
    }
    if (problem.column != 0) {
      text += ':' + std::to_string(problem.column);
    }
    text += ": " + problem.text;
  }
  return text;
}

std::optional<Settings> Settings::parse(std::string_view yaml, std::string file,
                                        std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  if (yaml.size() > kMaxFileBytes) {
    problems.push_back({std::move(file), 0, 0, "longer than 16 MiB"});
    return std::nullopt;
  }
  std::istringstream stream{std::string(yaml)};
  SettingsBuilder builder(file, problems);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    problems.push_back(
        {std::move(file), error.mark.line + 1, error.mark.column + 1, "not YAML: " + error.msg});
    return std::nullopt;
  } catch (const Refusal& refusal) {
    problems.push_back({std::move(file), refusal.line, refusal.column, refusal.text});
    return std::nullopt;
  }
  if (problems.size() != before) {
    return std::nullopt;
  }
  return builder.take_root();
}

std::optional<Settings> Settings::read_file(const std::string& path,
                                            std::vector<Problem>& problems) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || !(bytes << stream.rdbuf())) {
    problems.push_back({path, 0, 0, "cannot be read"});
    return std::nullopt;
  }
  return parse(bytes.str(), path, problems);
}

const Settings* Settings::find(std::string_view key) const {
  for (const auto& [name, value] : fields_) {
    if (name == key) {
      return &value;
    }
  }
  return nullptr;
}

std::string Settings::resolve(const std::string& path) const {
  namespace fs = std::filesystem;
  if (path.empty() || fs::path(path).is_absolute()) {
    return path;
  }
  return (fs::absolute(file_).parent_path() / path).lexically_normal().string();
}

void Settings::complain(std::string text, std::vector<Problem>& problems) const {
  problems.push_back({file_, line_, column_, std::move(text)});
}

namespace {

/// How many single-letter changes lie between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1U : 0U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// The word that was probably meant, or all there are.
std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t kLongestWord = 64;
  std::string all = "known here:";
  std::string_view nearest;
  std::size_t changes = word.size() / 2;
  for (const std::string_view other : known) {
    all.append(" ").append(other);
    if (word.size() <= kLongestWord && distance(word, other) <= changes) {
      changes = distance(word, other);
      nearest = other;
    }
  }
  return nearest.empty() ? all : "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace

void Settings::allow_only(std::initializer_list<std::string_view> allowed,
                          std::vector<Problem>& problems) const {
  allow_only(std::span(allowed.begin(), allowed.size()), problems);
}

void Settings::allow_only(std::span<const std::string_view> allowed,
                          std::vector<Problem>& problems) const {
  for (const auto& [name, value] : fields_) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      value.complain("unknown field '" + name + "'; " + suggestion(name, allowed), problems);
    }
  }
}

std::string Settings::text(std::string_view key, std::vector<Problem>& problems,
                           std::optional<std::string> fallback) const {
  const Settings* field = find(key);
  if (field == nullptr || field->type_ == Type::kNull) {
    if (!fallback) {
      complain("'" + std::string(key) + "' is missing", problems);
    }
    return fallback.value_or("");
  }
  if (field->type_ != Type::kScalar) {
    field->complain("'" + std::string(key) + "' must be a text", problems);
  }
  return field->scalar_;
}

std::int64_t Settings::integer(std::string_view key, std::int64_t least, std::int64_t most,
                               std::vector<Problem>& problems,
                               std::optional<std::int64_t> fallback) const {
  const Settings* field = find(key);
  if (field == nullptr) {
    if (!fallback) {
      complain("'" + std::string(key) + "' is missing", problems);
    }
    return fallback.value_or(least);
  }
  std::int64_t value = 0;
  const std::string& text = field->scalar_;
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(first, text.data() + text.size(), value);
  if (field->type_ != Type::kScalar || error != std::errc{} || end != text.data() + text.size() ||
      value < least || value > most) {
    field->complain("'" + std::string(key) + "' must be a whole number from " +
                        std::to_string(least) + " to " + std::to_string(most),
                    problems);
    return fallback.value_or(least);
  }
  return value;
}

bool Settings::boolean(std::string_view key, std::vector<Problem>& problems,
                       std::optional<bool> fallback) const {
  const Settings* field = find(key);
  if (field == nullptr) {
    if (!fallback) {
      complain("'" + std::string(key) + "' is missing", problems);
    }
    return fallback.value_or(false);
  }
  if (field->scalar_ != "true" && field->scalar_ != "false") {
    field->complain("'" + std::string(key) + "' must be true or false", problems);
  }
  return field->scalar_ == "true";
}

std::vector<std::string> Settings::texts(std::string_view key,
                                         std::vector<Problem>& problems) const {
  const Settings* field = find(key);
  if (field == nullptr || field->type_ == Type::kNull) {
    return {};
  }
  if (field->type_ == Type::kScalar) {
    return {field->scalar_};
  }
  std::vector<std::string> texts;
  for (const Settings& item : field->items_) {
    if (item.type_ != Type::kScalar) {
      item.complain("'" + std::string(key) + "' must be a list of texts", problems);
      continue;
    }
    texts.push_back(item.scalar_);
  }
  if (field->type_ == Type::kMap) {
    field->complain("'" + std::string(key) + "' must be a list of texts", problems);
  }
  return texts;
}

}  // namespace vigie
