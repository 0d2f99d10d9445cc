#include "engine/app/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

#include "engine/core/clock.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

std::string line(std::string_view level, std::string_view event, std::string_view text,
                 std::initializer_list<Log::Field> fields) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("time").value(format_time(SystemClock().now()));
  json.key("level").value(level);
  json.key("event").value(event);
  json.key("message").value(text);
  for (const Log::Field& field : fields) {
    json.key(field.name);
    std::visit([&](auto value) { json.value(value); }, field.value);
  }
  json.end_object();
  return out;
}

}  // namespace

Log::Log()
    : logger_(std::make_shared<spdlog::logger>("vigie",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_pattern("%v");
  logger_->flush_on(spdlog::level::info);
}

Log::~Log() = default;

void Log::info(std::string_view event, std::string_view text, std::initializer_list<Field> fields) {
  logger_->info("{}", line("info", event, text, fields));
}

void Log::warning(std::string_view event, std::string_view text,
                  std::initializer_list<Field> fields) {
  logger_->warn("{}", line("warning", event, text, fields));
}

void Log::error(std::string_view event, std::string_view text,
                std::initializer_list<Field> fields) {
  logger_->error("{}", line("error", event, text, fields));
}

}  // namespace vigie
