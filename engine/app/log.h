#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace vigie {

/// The service's log: one event, one JSON line on standard error. Never a post's text, a secret or
/// a request body. Any thread.
class Log {
 public:
  struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t> value;
  };

  Log();
  ~Log();

  /// `event`: a stable word to search for ("rules_reloaded"); `text`: the sentence for a person.
  void info(std::string_view event, std::string_view text,
            std::initializer_list<Field> fields = {});
  void warning(std::string_view event, std::string_view text,
               std::initializer_list<Field> fields = {});
  void error(std::string_view event, std::string_view text,
             std::initializer_list<Field> fields = {});

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace vigie
