#include "engine/report/report_page.h"
#include "engine/alert/escape.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "engine/report/report_words.h"

namespace vigie {
namespace {

/// Objectives take the place of alerts: the note is one page.
constexpr std::size_t kMaxTopics = 6, kMaxAlerts = 8, kMaxAims = 4;
/// A percentage of less says nothing: then it is how many more.
constexpr std::int64_t kLeastForPercent = 20;

constexpr std::string_view kStyle = R"(
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:52rem;color:#1b1b1f;background:#fff;font:1rem/1.4 "DejaVu Sans",Arial,sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.1rem 0 .3rem}p{margin:.3rem 0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
.state{display:block;padding:.6rem .8rem;border-left:.4rem solid #1b1b1f;background:#eef1f5}
.state strong{font-size:1.25rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:#4a4a55;padding:.2rem 0}
th,td{text-align:left;padding:.2rem .5rem .2rem 0;border-bottom:1px solid #8a8a94;vertical-align:top}
td.n,th.n{text-align:right}thead th{border-bottom:2px solid #1b1b1f}tbody th{font-weight:normal}
figure{margin:.3rem 0}svg{display:block;width:100%;height:auto}
.two{display:flex;flex-wrap:wrap;margin:0 -.75rem}.two>section{flex:1 1 20rem;min-width:0;padding:0 .75rem}
footer{margin-top:1rem;color:#4a4a55;font-size:.85rem}
@page{size:A4;margin:11mm}
@media print{body{padding:0;max-width:none;font-size:8.4pt;line-height:1.25}.skip{display:none}
h1{font-size:15pt}h2{font-size:10.5pt;margin:2.2mm 0 .8mm;break-after:avoid}table{font-size:8pt}th,td{padding:.35mm 2mm .35mm 0}
.two{margin:0 -3mm}.two>section{flex:1 1 0;padding:0 3mm}tr,figure{break-inside:avoid}footer{margin-top:2mm;font-size:7.5pt}
body.tight{font-size:7.6pt}.tight h2{margin-top:1.6mm}.tight table{font-size:7.2pt}.tight footer{font-size:6.8pt}}
)";

std::string number(std::int64_t count) { return std::to_string(count); }

/// "+12,3": always with a sign, a true minus, `digits` behind the decimal sign.
std::string with_sign(double value, int digits, const ReportWords& words) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, std::abs(value));
  std::string out = text;
  if (const std::size_t dot = out.find('.'); dot != out.npos) {
    out.replace(dot, 1, words.decimal);
  }
  return (value < 0 ? "−" : "+") + out;
}

std::string margin(double value, const ReportWords& words) {
  return "± " + with_sign(value, 1, words).substr(1);
}

std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::size_t state_index(std::string_view state) {
  return state == "calm" ? 0 : state == "watch" ? 1 : state == "tension" ? 2 : 3;
}

std::string duration(std::chrono::minutes time) {
  const auto minutes = time.count();
  return minutes < 120
             ? std::to_string(minutes) + " min"
             : std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

/// "14/10, 08:13" by the town's clocks; in English "14 Oct" would need a year to be clear, so ISO.
std::string moment(Time time, const std::string& zone, const ReportWords& words) {
  const Time local = time + utc_offset(zone, time).value_or(std::chrono::seconds(0));
  const std::string iso = format_time(local);
  const std::string clock = iso.substr(11, 5);
  return words.language == "fr" ? iso.substr(8, 2) + "/" + iso.substr(5, 2) + ", " + clock
                                : iso.substr(0, 10) + ", " + clock;
}

using NamedCounts = std::vector<std::pair<std::string, MentionCounts>>;

/// The most spoken-of first; what is beyond kMaxTopics goes together.
NamedCounts top_topics(const WeekReport& report, const ReportWords& words) {
  NamedCounts topics(report.now.topics.begin(), report.now.topics.end());
  std::ranges::stable_sort(topics, std::greater(),
                           [](const auto& topic) { return topic.second.mentions; });
  if (topics.size() > kMaxTopics) {
    MentionCounts others;
    for (std::size_t i = kMaxTopics; i < topics.size(); ++i) {
      others.mentions += topics[i].second.mentions;
      others.urgent += topics[i].second.urgent;
      for (std::size_t tone = 0; tone < others.by_tone.size(); ++tone) {
        others.by_tone[tone] += topics[i].second.by_tone[tone];
      }
    }
    topics.resize(kMaxTopics);
    topics.emplace_back(words.other_topics, others);
  }
  return topics;
}

class Page {
 public:
  Page(const WeekReport& report, const ReportWords& words)
      : report_(report), words_(words), topics_(top_topics(report, words)) {}

  std::string write() {
    const std::string name = escape_html(report_.tenant_name);
    out_ = "<!DOCTYPE html>\n<html lang=\"" + std::string(words_.language) +
           "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
           "content=\"width=device-width,initial-scale=1\">\n<title>" +
           std::string(words_.title) + " – " + name + " – " + report_.week.text() +
           "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body" +
           (report_.aims.empty() ? "" : " class=\"tight\"") + ">\n";
    add("<a class=\"skip\" href=\"#main\">", words_.skip, "</a>\n<header>\n<h1>", words_.title,
        words_.colon, name, "</h1>\n<p>", words_.week, " ", report_.week.text(), ", ", words_.from,
        " ", date_text(report_.week.monday(), words_.language), " ", words_.to, " ",
        date_text(report_.week.monday() + 6, words_.language),
        "</p>\n</header>\n<main id=\"main\">\n");
    state();
    figures();
    add("<div class=\"two\">\n");
    tone_by_topic();
    day_by_day();
    add("</div>\n");
    aims();
    alerts();
    stories();
    coverage();
    add("</main>\n<footer>\n<p><strong>", words_.method, "</strong> ", words_.method_text,
        "</p>\n");
    checked();
    add("</footer>\n</body>\n</html>\n");
    return std::move(out_);
  }

 private:
  template <class... Pieces>
  void add(const Pieces&... pieces) {
    ((out_ += pieces), ...);
  }
  void section(std::string_view title) { add("<section>\n<h2>", title, "</h2>\n"); }

  void state() {
    const std::size_t state = state_index(report_.state);
    section(words_.state);
    add("<p class=\"state\"><strong>", words_.states[state], "</strong><br>",
        words_.state_means[state], "</p>\n");
    const MentionCounts& now = report_.now.all;
    add("<p>", words_.mentions, words_.colon, number(now.mentions), ", ",
        change(now.mentions, report_.before.all.mentions), ". ", words_.net_sentiment, words_.colon,
        sentiment(net_sentiment(now)), ".");
    if (!topics_.empty()) {
      add(" ", words_.top_topic, words_.colon, first_topic(), ".");
    }
    add("</p>\n");
    dates();
    add("</section>\n");
  }

  /// The first few: the note is one page.
  void dates() {
    constexpr std::size_t kMostDates = 4;
    if (report_.dates.empty()) {
      return;
    }
    add("<p>", words_.dates, words_.colon);
    for (std::size_t i = 0; i < std::min(kMostDates, report_.dates.size()); ++i) {
      const TownDate& date = report_.dates[i];
      add(i == 0 ? "" : ", ", escape_html(date.label), " (", date_text(date.day, words_.language),
          ")");
    }
    add(report_.dates.size() > kMostDates ? ", …" : "", "</p>\n");
  }

  std::string change(std::int64_t now, std::int64_t before) const {
    const std::optional<WeekReport::Change> change = WeekReport::change(now, before);
    if (!change) {
      return std::string(words_.nothing_before);
    }
    const std::string_view meaning = change->is_chance     ? words_.by_chance
                                     : change->percent > 0 ? words_.more
                                                           : words_.less;
    const std::string much = before < kLeastForPercent
                                 ? with_sign(static_cast<double>(now - before), 0, words_)
                                 : with_sign(change->percent, 0, words_) + " %";
    return much + " (" + std::string(meaning) + ")";
  }
  std::string sentiment(const Figure& net) const {
    return net.value ? with_sign(*net.value, 1, words_) + " " + margin(*net.error, words_)
                     : std::string(words_.too_few);
  }
  std::string sentiment_change(const Figure& now, const Figure& before) const {
    if (!now.value || !before.value) {
      return std::string(words_.nothing_before);
    }
    const double difference = *now.value - *before.value;
    const double error = std::hypot(*now.error, *before.error);
    const std::string_view meaning = std::abs(difference) <= error ? words_.by_chance
                                     : difference > 0              ? words_.more
                                                                   : words_.less;
    return with_sign(difference, 1, words_) + " " + margin(error, words_) + " (" +
           std::string(meaning) + ")";
  }
  std::string first_topic() const {
    return escape_html(topics_.front().first) + " (" + number(topics_.front().second.mentions) +
           ")";
  }
  void row(std::string_view name, std::string_view value, std::string_view before,
           std::string_view change) {
    add("<tr><th scope=\"row\">", name, "</th><td class=\"n\">", value, "</td><td class=\"n\">",
        before, "</td><td>", change, "</td></tr>\n");
  }

  void figures() {
    const MentionCounts &now = report_.now.all, &before = report_.before.all;
    section(words_.figures);
    add("<table>\n<caption>", words_.figures, " (", words_.error, ")</caption>\n<thead><tr>");
    add("<th scope=\"col\">", words_.measure, "</th><th scope=\"col\" class=\"n\">", words_.value,
        "</th><th scope=\"col\" class=\"n\">", words_.previous, "</th><th scope=\"col\">",
        words_.change, "</th></tr></thead>\n<tbody>\n");
    row(words_.mentions, number(now.mentions), number(before.mentions),
        change(now.mentions, before.mentions));
    row(words_.urgent, number(now.urgent), number(before.urgent),
        change(now.urgent, before.urgent));
    const Figure net = net_sentiment(now), net_before = net_sentiment(before);
    row(words_.net_sentiment, sentiment(net), sentiment(net_before),
        sentiment_change(net, net_before));
    const std::optional<std::chrono::minutes> taken = report_.median_taken_after();
    const auto alerts = static_cast<std::int64_t>(report_.alerts.size());
    row(words_.alerts, number(alerts), number(report_.alerts_before),
        change(alerts, report_.alerts_before));
    row(words_.taken_after, taken ? duration(*taken) : std::string(words_.nobody_took), "", "");
    row(words_.top_topic, topics_.empty() ? std::string(words_.no_topic_yet) : first_topic(), "",
        "");
    add("</tbody>\n</table>\n</section>\n");
  }

  /// Bars of percentages from a middle line; the numbers stand beside them, so that no colour is
  /// needed.
  void tone_by_topic() {
    section(words_.tone_by_topic);
    if (topics_.empty()) {
      add("<p>", words_.no_mention, "</p>\n</section>\n");
      return;
    }
    constexpr double kWidth = 400, kMiddle = 260, kHalf = 95, kStep = 22;
    const double height = static_cast<double>(topics_.size()) * kStep + 18;
    add("<figure><svg role=\"img\" aria-labelledby=\"tt td\" viewBox=\"0 0 ", fixed(kWidth), " ",
        fixed(height), "\" font-size=\"10.5\" fill=\"#1b1b1f\"><title id=\"tt\">",
        words_.tone_by_topic, "</title><desc id=\"td\">", words_.tone_chart, "</desc>\n");
    text(kMiddle - 4, 10, "end", words_.negative);
    text(kMiddle + 4, 10, "start", words_.positive);
    double y = 16;
    for (const auto& [topic, counts] : topics_) {
      const double all = static_cast<double>(std::max<std::int64_t>(counts.mentions, 1));
      const double negative = static_cast<double>(counts.of(Tone::kNegative)) / all;
      const double positive = static_cast<double>(counts.of(Tone::kPositive)) / all;
      text(0, y + 12, "start", escape_html(topic));
      bar(kMiddle - negative * kHalf, y, negative * kHalf, "#a8321a");
      bar(kMiddle, y, positive * kHalf, "#1f5f8b");
      text(kMiddle - negative * kHalf - 3, y + 12, "end", percent(negative));
      text(kMiddle + positive * kHalf + 3, y + 12, "start", percent(positive));
      y += kStep;
    }
    add("<line x1=\"", fixed(kMiddle), "\" x2=\"", fixed(kMiddle), "\" y1=\"14\" y2=\"",
        fixed(height), "\" stroke=\"#1b1b1f\"/></svg></figure>\n");
    counts_table(words_.tone_by_topic, words_.topic, topics_);
    add("</section>\n");
  }

  void day_by_day() {
    section(words_.by_day);
    NamedCounts days;
    std::int64_t most = 1;
    for (std::size_t i = 0; i < report_.days.size(); ++i) {
      days.emplace_back(words_.days[i], report_.days[i]);
      most = std::max(most, report_.days[i].mentions);
    }
    constexpr double kStep = 57, kBase = 128, kHeight = 105;
    add("<figure><svg role=\"img\" aria-labelledby=\"dt dd\" viewBox=\"0 0 400 150\" "
        "font-size=\"10.5\" fill=\"#1b1b1f\"><title id=\"dt\">",
        words_.by_day, "</title><desc id=\"dd\">", words_.day_chart, "</desc>\n");
    for (std::size_t i = 0; i < days.size(); ++i) {
      const double x = static_cast<double>(i) * kStep;
      const std::int64_t mentions = days[i].second.mentions;
      const double high = kHeight * static_cast<double>(mentions) / static_cast<double>(most);
      add("<rect x=\"", fixed(x + 8), "\" y=\"", fixed(kBase - high), "\" width=\"41\" height=\"",
          fixed(high), "\" fill=\"#4a5a6a\"/>\n");
      text(x + 28, kBase - high - 4, "middle", number(mentions));
      text(x + 28, kBase + 14, "middle", days[i].first);
    }
    add("<line x1=\"0\" x2=\"400\" y1=\"128\" y2=\"128\" stroke=\"#1b1b1f\"/></svg></figure>\n");
    counts_table(words_.by_day, words_.day, days);
    add("</section>\n");
  }

  void stories() {
    if (report_.stories.empty()) {
      return;
    }
    section(words_.stories);
    add("<ul>\n");
    for (const WeekReport::Repeated& story : report_.stories) {
      add("<li>« ", escape_html(plain(story.text)), " » – ", std::to_string(story.mentions), " ",
          words_.story_mentions, ", ", std::to_string(story.authors), " ", words_.story_authors,
          "</li>\n");
    }
    add("</ul>\n</section>\n");
  }

  void coverage() {
    section(words_.coverage);
    if (!report_.coverage) {
      add("<p>", words_.no_coverage, "</p>\n</section>\n");
      return;
    }
    add("<p>", words_.seen, words_.colon, whole_percent(*report_.coverage), ".");
    constexpr std::size_t kMostNamed = 5;
    for (std::size_t i = 0; i < std::min(report_.least_seen.size(), kMostNamed); ++i) {
      const auto& [source, share] = report_.least_seen[i];
      add(i == 0 ? " " + std::string(words_.least_seen) + std::string(words_.colon) : ", ",
          escape_html(plain(source)), " ", whole_percent(share));
    }
    add(report_.least_seen.empty() ? "" : ".", "</p>\n</section>\n");
  }
  /// One line: how far the machine's word may be trusted, and of how many judgements that is made.
  void checked() {
    add("<p><strong>", words_.check, "</strong>");
    if (!report_.checked) {
      add(words_.colon, words_.not_checked, "</p>\n");
      return;
    }
    const SampleResult& result = report_.checked->result;
    add(" (", report_.checked->week.text(), ")", words_.colon, std::to_string(result.judged), " ",
        words_.judged_of, " ", std::to_string(report_.checked->drawn), ", ", words_.judged_blind);
    right(words_.right_tone, result.tone.accuracy);
    right(words_.right_urgency, result.urgency.accuracy);
    if (result.net_sentiment) {
      add(" ", words_.judged_sentiment, words_.colon,
          with_sign(result.net_sentiment->value, 1, words_), " ",
          margin(result.net_sentiment->error, words_), ".");
    }
    add("</p>\n");
  }
  void right(std::string_view what, const std::optional<Estimate>& share) {
    if (share) {
      add(" ", what, words_.colon, percent(share->value), " (", percent(share->low), " – ",
          percent(share->high), ").");
    }
  }
  /// Downwards: what was not seen all the time is not 100 %.
  static std::string whole_percent(double share) {
    return std::to_string(static_cast<int>(share * 100)) + " %";
  }

  /// Topics and rules are called as they are.
  std::string part_name(const std::string& part) const {
    for (const auto& [name, said] : words_.part_names) {
      if (part == name) {
        return std::string(said);
      }
    }
    return escape_html(plain(part));
  }
  std::string kpi_name(const Objective& objective) const {
    for (const auto& [name, said] : words_.kpi_names) {
      if (objective.kpi == name) {
        if (objective.part.empty()) {
          return std::string(said);
        }
        // A share has not the unit that stands in brackets behind the figure's name.
        const bool is_share =
            objective.part == "within_deadline" || objective.part == "never_taken";
        return std::string(is_share ? said.substr(0, said.find(" (")) : said) + " – " +
               part_name(objective.part);
      }
    }
    return escape_html(objective.kpi);
  }
  /// Shares are told in percent.
  std::string amount(const Objective& objective, double value) const {
    const bool is_share = objective.kpi.ends_with("_share") || objective.kpi == "alert_precision" ||
                          objective.part == "within_deadline";
    if (is_share) {
      return percent(value);
    }
    const std::string said = with_sign(value, value == std::round(value) ? 0 : 1, words_);
    return value < 0 ? said : said.substr(1);
  }
  /// What the steering committee wants; nothing where it wants nothing.
  void aims() {
    if (report_.aims.empty()) {
      return;
    }
    section(words_.aims);
    add("<table>\n<caption>", words_.aims, "</caption>\n<thead><tr>");
    for (const std::string_view title :
         {words_.aim, words_.wanted, words_.reached, words_.until, words_.owner}) {
      add("<th scope=\"col\">", title, "</th>");
    }
    add("</tr></thead>\n<tbody>\n");
    for (std::size_t i = 0; i < std::min(report_.aims.size(), kMaxAims); ++i) {
      const WeekReport::Aim& aim = report_.aims[i];
      const Objective& wanted = aim.objective;
      const bool is_least = wanted.direction == Objective::Direction::kAtLeast;
      add("<tr><th scope=\"row\">", kpi_name(wanted), "</th><td>",
          is_least ? words_.at_least : words_.at_most, " ", amount(wanted, wanted.target),
          "</td><td>", aim.value ? amount(wanted, *aim.value) + " – " : std::string(),
          words_.progress[static_cast<std::size_t>(aim.progress)], "</td><td>",
          format_time(Time(std::chrono::days(wanted.due))).substr(0, 10), "</td><td>",
          escape_html(plain(wanted.owner)), "</td></tr>\n");
    }
    add("</tbody>\n</table>\n");
    if (report_.aims.size() > kMaxAims) {
      add("<p>+ ", number(static_cast<std::int64_t>(report_.aims.size() - kMaxAims)), " ",
          words_.more_aims, "</p>\n");
    }
    add("</section>\n");
  }

  void alerts() {
    section(words_.alert_list);
    if (report_.alerts.empty()) {
      add("<p>", words_.no_alert, "</p>\n</section>\n");
      return;
    }
    add("<table>\n<caption>", words_.alert_list, "</caption>\n<thead><tr>");
    for (const std::string_view title : {words_.at, words_.level, words_.subject, words_.handled}) {
      add("<th scope=\"col\">", title, "</th>");
    }
    add("</tr></thead>\n<tbody>\n");
    // The gravest, as they came.
    std::vector<const WeekReport::Raised*> shown;
    for (const WeekReport::Raised& alert : report_.alerts) {
      shown.push_back(&alert);
    }
    std::ranges::stable_sort(shown, std::greater(), &WeekReport::Raised::level);
    shown.resize(std::min(shown.size(), kMaxAlerts - std::min(report_.aims.size(), kMaxAims)));
    std::ranges::stable_sort(shown, {}, &WeekReport::Raised::at);
    for (const WeekReport::Raised* alert : shown) {
      const bool says_more = alert->headline != alert->topic && !alert->topic.empty();
      add("<tr><th scope=\"row\">", moment(alert->at, report_.time_zone, words_), "</th><td>",
          words_.levels[static_cast<std::size_t>(alert->level)], "</td><td>",
          escape_html(alert->headline),
          says_more ? " – " + escape_html(alert->topic) : std::string(), "</td><td>",
          words_.states_of_work[static_cast<std::size_t>(alert->state)],
          alert->taken_after ? " (" + duration(*alert->taken_after) + ")" : std::string(),
          "</td></tr>\n");
    }
    add("</tbody>\n</table>\n");
    if (shown.size() < report_.alerts.size()) {
      add("<p>+ ", number(static_cast<std::int64_t>(report_.alerts.size() - shown.size())), " ",
          words_.more_alerts, "</p>\n");
    }
    add("</section>\n");
  }

  void counts_table(std::string_view caption, std::string_view first, const NamedCounts& rows) {
    add("<table>\n<caption>", caption, "</caption>\n<thead><tr><th scope=\"col\">", first, "</th>");
    for (const std::string_view title :
         {words_.negative, words_.neutral, words_.positive, words_.all}) {
      add("<th scope=\"col\" class=\"n\">", title, "</th>");
    }
    add("</tr></thead>\n<tbody>\n");
    for (const auto& [name, counts] : rows) {
      add("<tr><th scope=\"row\">", escape_html(name), "</th>");
      for (const std::int64_t count : {counts.of(Tone::kNegative), counts.of(Tone::kNeutral),
                                       counts.of(Tone::kPositive), counts.mentions}) {
        add("<td class=\"n\">", number(count), "</td>");
      }
      add("</tr>\n");
    }
    add("</tbody>\n</table>\n");
  }

  void text(double x, double y, std::string_view anchor, std::string_view words) {
    add("<text x=\"", fixed(x), "\" y=\"", fixed(y), "\" text-anchor=\"", anchor, "\">", words,
        "</text>\n");
  }
  void bar(double x, double y, double width, std::string_view colour) {
    add("<rect x=\"", fixed(x), "\" y=\"", fixed(y), "\" width=\"", fixed(width),
        "\" height=\"16\" fill=\"", colour, "\"/>\n");
  }
  static std::string percent(double share) {
    return std::to_string(std::lround(share * 100)) + " %";
  }

  const WeekReport& report_;
  const ReportWords& words_;
  NamedCounts topics_;
  std::string out_;
};

}  // namespace

std::string to_html(const WeekReport& report, std::string_view language) {
  return Page(report, report_words(language)).write();
}

}  // namespace vigie
