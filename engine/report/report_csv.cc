#include <string>

#include "engine/report/open_data.h"
#include "engine/report/report_page.h"

namespace vigie {
namespace {

std::string decimal(double value) {
  const std::string text = std::to_string(value);  // the locale is "C": a point, six digits
  return text.substr(0, text.find('.') + 2);
}

class Lines {
 public:
  explicit Lines(const WeekReport& report) : report_(report) {
    out_ =
        "tenant,week,group,name,mentions,mentions_week_before,negative,neutral,positive,urgent,"
        "net_sentiment,net_sentiment_error\r\n";
  }

  void add(std::string_view group, std::string_view name, const MentionCounts& now,
           const MentionCounts* before) {
    out_ += csv_field(report_.tenant) + "," + report_.week.text() + "," + std::string(group) + "," +
            csv_field(name) + "," + std::to_string(now.mentions) + ",";
    out_ += before == nullptr ? "" : std::to_string(before->mentions);
    for (const Tone tone : {Tone::kNegative, Tone::kNeutral, Tone::kPositive}) {
      out_ += "," + std::to_string(now.of(tone));
    }
    out_ += "," + std::to_string(now.urgent);
    const Figure net = net_sentiment(now);
    out_ += net.value ? "," + decimal(*net.value) + "," + decimal(*net.error) : std::string(",,");
    out_ += "\r\n";
  }
  void add(std::string_view group, const std::map<std::string, MentionCounts>& now,
           const std::map<std::string, MentionCounts>& before) {
    static const MentionCounts kNothing;
    for (const auto& [name, counts] : now) {
      const auto found = before.find(name);
      add(group, name, counts, found == before.end() ? &kNothing : &found->second);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  const WeekReport& report_;
  std::string out_;
};

}  // namespace

std::string to_csv(const WeekReport& report) {
  Lines lines(report);
  lines.add("all", "", report.now.all, &report.before.all);
  lines.add("topic", report.now.topics, report.before.topics);
  lines.add("source", report.now.sources, report.before.sources);
  for (std::size_t day = 0; day < report.days.size(); ++day) {
    const std::string date =
        format_time(Time(std::chrono::days(report.week.monday() + day))).substr(0, 10);
    lines.add("day", date, report.days[day], nullptr);
  }
  return lines.take();
}

}  // namespace vigie
