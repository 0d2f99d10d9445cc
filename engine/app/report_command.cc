#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/data_folder.h"
#include "engine/app/own_packs.h"
#include "engine/core/clock.h"
#include "engine/core/own_rules.h"
#include "engine/core/private_file.h"
#include "engine/report/open_data.h"
#include "engine/report/report_page.h"
#include "engine/report/week_report.h"

extern char** environ;

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoPrinter =
    "PDF needs the program weasyprint, which is not installed (apt-get install weasyprint); "
    "--format html gives the same page, which any browser prints";

/// A folder of our own under the system's temporary one; gone afterwards, with what is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "vigie-report-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) == nullptr ? fs::path() : fs::path(name);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Tagged for those who read by ear (PDF/UA).
Result<std::string> to_pdf(const std::string& html) {
  const TemporaryFolder folder;
  const std::string page = folder.path() / "report.html", pdf = folder.path() / "report.pdf";
  if (const Result<void> written = write_private_file(page, html); !written) {
    return tl::make_unexpected(written.error());
  }
  std::string program = "weasyprint", quiet = "-q", variant = "--pdf-variant", ua = "pdf/ua-1";
  std::string from = page, to = pdf;
  char* const arguments[] = {program.data(), quiet.data(), variant.data(), ua.data(),
                             from.data(),    to.data(),    nullptr};
  pid_t child = 0;
  const int started = ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ);
  if (started != 0) {
    return fail(ErrorCode::kUnavailable, kNoPrinter);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  std::string bytes;
  if (std::FILE* const file = std::fopen(pdf.c_str(), "rb"); file != nullptr) {
    char piece[1 << 16];
    for (std::size_t read = 0; (read = std::fread(piece, 1, sizeof piece, file)) != 0;) {
      bytes.append(piece, read);
    }
    std::fclose(file);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    return fail(ErrorCode::kUnavailable, kNoPrinter);
  }
  if (WEXITSTATUS(status) != 0 || bytes.empty()) {
    return fail(ErrorCode::kUnavailable, "weasyprint could not make the PDF; it says why above");
  }
  return bytes;
}

Result<std::string> make(const Store& store, TenantId id, const Tenant& tenant, IsoWeek week,
                         const TownSettings& set, const ReportOptions& options,
                         const IsPublicTopic& is_public) {
  if (options.format == "open-data") {
    const Result<OpenWeek> open = read_open_week(store, id, tenant, week, options.k, is_public);
    return open ? Result<std::string>(to_csv(*open)) : tl::make_unexpected(open.error());
  }
  Result<WeekReport> report = read_week(store, id, tenant, week, SystemClock().now());
  if (!report) {
    return tl::make_unexpected(report.error());
  }
  for (const TownDate& date : set.calendar) {
    if (date.day >= week.monday() && date.day < week.monday() + 7) {
      report->dates.push_back(date);
    }
  }
  if (options.format == "csv") {
    return to_csv(*report);
  }
  const std::string language = options.language.empty() ? tenant.language : options.language;
  std::string html = to_html(*report, language);
  return options.format == "pdf" ? to_pdf(html) : html;
}

}  // namespace

int report(const ReportOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  const std::optional<IsoWeek> week = options.week.empty()
                                          ? IsoWeek::of(day_of(SystemClock().now())).previous()
                                          : IsoWeek::parse(options.week);
  if (!week) {
    problems.push_back({"--week", 0, 0, "'" + options.week + "' is not one; for example 2026-W42"});
  }
  TenantId tenant = 0;
  if (config) {
    const auto found = std::ranges::find(config->tenants, options.tenant, &Tenant::id);
    if (found == config->tenants.end()) {
      problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
    }
    tenant = static_cast<TenantId>(found - config->tenants.begin());
  }
  const bool is_for_a_screen = options.out.empty() && ::isatty(STDOUT_FILENO) == 1;
  if (options.format == "pdf" && is_for_a_screen) {
    problems.push_back({"--out", 0, 0, "a PDF is nothing to show here: say where it goes"});
  }
  const bool is_open = config && options.format == "open-data";
  const auto knowledge = is_open ? read_knowledge(*config, problems) : nullptr;
  if (!problems.empty()) {
    return usage(problems);
  }
  const IsPublicTopic is_public = [&knowledge](TenantId town, std::string_view topic) {
    return is_shared_topic(*knowledge->catalogue, town, topic);
  };
  const Result<std::unique_ptr<Store>> store = open_store(*config, StoreAccess::kReadOnly);
  if (!store) {
    return failed(store.error());
  }
  const auto set = config->town_settings.find(options.tenant);
  const Result<std::string> made =
      make(**store, tenant, config->tenants[tenant], *week,
           set == config->town_settings.end() ? TownSettings() : set->second, options, is_public);
  if (!made) {
    return failed(made.error());
  }
  if (options.out.empty()) {
    std::fwrite(made->data(), 1, made->size(), stdout);
    return kOk;
  }
  const Result<void> written = write_private_file(options.out, *made);
  return written ? kOk : failed(written.error());
}

}  // namespace vigie
