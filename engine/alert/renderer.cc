#include "engine/alert/renderer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <string_view>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

/// Every word that a message says by itself.
struct Words {
  std::string_view high, critical, over, rises, mentions, mention, why, published, received, raised,
      deadline, place, open, original, rules, learned;
  std::string_view on, at;  ///< "le 12 nov. à 21 h 17"
  std::array<std::string_view, 12> months;
};
constexpr Words kFrench = {"URGENT",
                           "CRITIQUE",
                           "TERMINÉ",
                           "La situation s'aggrave.",
                           "mentions urgentes",
                           "mention urgente",
                           "Pourquoi",
                           "Publié",
                           "reçu",
                           "alerté",
                           "échéance",
                           "Lieu",
                           "Ouvrir dans Vigie",
                           "Original",
                           "Règles",
                           "mots appris",
                           "le ",
                           " à ",
                           {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août",
                            "sept.", "oct.", "nov.", "déc."}};
constexpr Words kEnglish = {
    "URGENT",
    "CRITICAL",
    "OVER",
    "The situation is getting worse.",
    "urgent mentions",
    "urgent mention",
    "Why",
    "Published",
    "received",
    "alerted",
    "due",
    "Place",
    "Open in Vigie",
    "Original",
    "Rules",
    "learned words",
    "on ",
    " at ",
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}};

const Words& words_of(const Alert& alert) {
  return alert.language.starts_with("fr") ? kFrench : kEnglish;
}

/// Of `kinds` (characters of more than one byte) the one that `text` begins with; else nothing.
std::string_view leading(std::string_view text, std::span<const std::string_view> kinds) {
  const auto found = std::ranges::find_if(kinds, [&](auto kind) { return text.starts_with(kind); });
  return found == kinds.end() ? std::string_view() : *found;
}

/// Control characters would end a line or a header, directional ones would turn our own words
/// around.
std::string one_line(std::string_view text) {
  static constexpr std::string_view kDirectional[] = {"\u202A", "\u202B", "\u202C", "\u202D",
                                                      "\u202E", "\u2066", "\u2067", "\u2068",
                                                      "\u2069", "\u200E", "\u200F", "\u061C"};
  static constexpr std::string_view kLineEnds[] = {"\u0085", "\u2028", "\u2029"};
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7f) {
      out += ' ';
    } else if (const auto control = leading(text, kDirectional); !control.empty()) {
      length = control.size();
    } else if (const auto line_end = leading(text, kLineEnds); !line_end.empty()) {
      length = line_end.size();
      out += ' ';
    } else {
      out += text[0];
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A masked handle has an asterisk per byte, so that marks stay right; people are shown one sign.
std::string shorten_handles(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    out += text[at];
    if (text[at++] == '@' && at < text.size() && text[at] == '*') {
      out += "…";
      at = std::min(text.find_first_not_of('*', at), text.size());
    }
  }
  return out;
}

/// What a person reads of something foreign.
std::string plain(std::string_view text) { return shorten_handles(one_line(text)); }

/// Guillemets within our guillemets become “ ”.
std::string inner_quotes(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kQuotes[] = {
      {"«\u00a0", "“"}, {"«\u202f", "“"}, {"« ", "“"}, {"«", "“"},
      {"\u00a0»", "”"}, {"\u202f»", "”"}, {" »", "”"}, {"»", "”"}};
  std::string out;
  while (!text.empty()) {
    const auto* found = std::ranges::find_if(
        kQuotes, [&](const auto& quote) { return text.starts_with(quote.first); });
    if (found == std::end(kQuotes)) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return out;
}

/// An '@' that calls nobody: chats take "@here" and "@all" for names even where they are quoted.
constexpr std::string_view kSilentAt = "@\u200B";

/// Slack's mark-up has no escapes but these three.
std::string escape_slack(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    out += c == '<'   ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '&' ? "&amp;"
           : c == '@' ? kSilentAt
                      : std::string_view(&c, 1);
  }
  return out;
}

std::string escape_markdown(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    if (c == '@') {
      out += kSilentAt;
    } else if (std::string_view("*_`~[]()<>&#|!\\").find(c) != std::string_view::npos) {
      out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string{'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

/// The quote with `open` and `close` around its marked passages, each piece through `escape`.
template <class Escape>
std::string marked(const Alert& alert, std::string_view open, std::string_view close,
                   Escape&& escape) {
  std::string out;
  const std::string_view quote = alert.quote;
  std::size_t at = 0;
  for (const Alert::Mark& mark : alert.marks) {
    if (mark.start < at || mark.end > quote.size() || mark.start >= mark.end) {
      continue;
    }
    out += escape(quote.substr(at, mark.start - at));
    out.append(open).append(escape(quote.substr(mark.start, mark.end - mark.start))).append(close);
    at = mark.end;
  }
  return out + escape(quote.substr(at));
}

bool is_web_link(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

/// A feed's source is its address: the site's name says enough.
std::string source_name(const std::string& source) {
  const std::size_t host = is_web_link(source) ? source.find("//") + 2 : 0;
  return source.substr(host,
                       host == 0 ? std::string::npos : source.find_first_of("/?#", host) - host);
}

class Renderer {
 public:
  Renderer(const Alert& alert, const std::string& public_url)
      : alert_(alert), words_(words_of(alert)) {
    if (!public_url.empty()) {
      link_ = public_url + "/#/" + alert.tenant;
      link_ += alert.mention.empty() ? "" : "/mention/" + alert.mention;
    }
  }

  std::string subject() const {
    const std::string& headline = alert_.headline.empty() ? alert_.subject : alert_.headline;
    return plain("[" + level() + "] " + headline + " – " + alert_.tenant_name);
  }

  std::string text() const {
    std::string out = subject() + "\n" + line(counts());
    if (rises()) {
      out += std::string(words_.rises) + "\n";
    }
    if (!alert_.title.empty()) {
      out += "\n" + plain(alert_.title) + "\n";
    }
    if (!alert_.quote.empty()) {
      out += "\n« " + inner_quotes(plain(alert_.quote)) + " »\n" + source() + "\n";
    }
    if (!alert_.place.empty()) {
      out += std::string(words_.place) + " : " + plain(alert_.place) + "\n";
    }
    if (is_web_link(alert_.url)) {
      out += std::string(words_.original) + " : " + one_line(alert_.url) + "\n";
    }
    out += "\n" + std::string(words_.why) + " :\n";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += "- " + reason_line(reason) + "\n";
    }
    out += "\n" + times() + "\n";
    if (!link_.empty()) {
      out += "\n" + std::string(words_.open) + " : " + link_ + "\n";
    }
    return out + "\n-- \n" + rules() + "\n";
  }

  std::string html() const {
    std::string out = "<!doctype html><html lang=\"";
    out += &words_ == &kFrench ? "fr" : "en";
    out += "\"><head><meta charset=\"utf-8\"><title>" + escape_html(subject()) +
           "</title></head><body style=\"font-family:sans-serif;color:#1b2430;line-height:1.5\">";
    out += "<h1 style=\"font-size:1.2em\">" + escape_html(subject()) + "</h1><p>" + counts();
    if (rises()) {
      out += "<br>" + escape_html(words_.rises);
    }
    out += "</p><blockquote style=\"border-left:4px solid #a8330a;margin:0;padding:0 1em\">";
    if (!alert_.title.empty()) {
      out += "<p><strong><bdi>" + escape_html(plain(alert_.title)) + "</bdi></strong></p>";
    }
    if (!alert_.quote.empty()) {
      out += "<p><bdi>" +
             marked(alert_, "<mark>", "</mark>",
                    [](std::string_view piece) { return escape_html(plain(piece)); }) +
             "</bdi></p>";
    }
    out += "</blockquote><p>" + escape_html(source());
    if (!alert_.place.empty()) {
      out += " · " + escape_html(plain(alert_.place));
    }
    if (is_web_link(alert_.url)) {
      out += " · <a href=\"" + escape_html(one_line(alert_.url)) + "\" rel=\"noopener\">" +
             std::string(words_.original) + "</a>";
    }
    out += "</p><h2 style=\"font-size:1em\">" + std::string(words_.why) + "</h2><ul>";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += "<li>" + escape_html(reason_line(reason)) + "</li>";
    }
    out += "</ul><p>" + escape_html(times()) + "</p>";
    if (!link_.empty()) {
      out += "<p><a href=\"" + escape_html(link_) + "\">" + std::string(words_.open) + "</a></p>";
    }
    return out + "<p style=\"font-size:.8em;color:#536070\">" + escape_html(rules()) +
           "</p></body></html>\n";
  }

  std::string slack() const { return brief("*", escape_slack); }
  std::string mattermost() const { return brief("**", escape_markdown); }

  const std::string& link() const { return link_; }

 private:
  template <class Escape>
  std::string brief(std::string_view bold, Escape&& escape) const {
    std::string out(bold);
    out.append(escape(subject())).append(bold).append("\n> ");
    if (alert_.quote.empty()) {
      out += escape(plain(alert_.title));
    } else {
      out += marked(alert_, bold, bold, escape) + "\n" + counts() + " · " + escape(source());
    }
    if (alert_.deadline_at != Time{}) {
      out += " · " + deadline();
    }
    out += "\n" + std::string(words_.why) + " : " + escape(why()) + "\n" + times();
    if (!link_.empty()) {
      out += "\n" + link_;
    }
    return out;
  }

  /// A closing message is none of a rise; figures say themselves how many mentions there are.
  bool rises() const { return !alert_.is_first && !alert_.is_over; }
  static std::string line(const std::string& text) { return text.empty() ? text : text + "\n"; }
  std::string level() const {
    if (alert_.is_over) {
      return std::string(words_.over);
    }
    return std::string(alert_.level == Urgency::kCritical ? words_.critical : words_.high);
  }
  std::string counts() const {
    if (alert_.mention.empty()) {
      return {};
    }
    return std::to_string(alert_.mentions) + " " +
           std::string(alert_.mentions == 1 ? words_.mention : words_.mentions);
  }
  std::string source() const { return plain(source_name(alert_.source)); }
  std::string title_of(const Alert::Reason& reason) const {
    return reason.rule == kLearnedWordName
               ? std::string(words_.learned)
               : plain(reason.title.empty() ? reason.rule : reason.title);
  }
  std::string reason_line(const Alert::Reason& reason) const {
    const std::string title = title_of(reason);
    return reason.text.empty() ? title : title + " : « " + inner_quotes(plain(reason.text)) + " »";
  }
  /// Who wants to know exactly: "Règles : urgence.malade 620 · 00c0ffee00c0ffee".
  std::string rules() const {
    std::string out = std::string(words_.rules) + " : ";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += one_line(reason.rule) + " " + std::to_string(reason.weight) + " · ";
    }
    return out + one_line(alert_.ruleset);
  }
  /// Each reason once, the first said first.
  std::string why() const {
    std::vector<std::string> titles;
    for (const Alert::Reason& reason : alert_.reasons) {
      std::string title = title_of(reason);
      if (std::ranges::find(titles, title) == titles.end()) {
        titles.push_back(std::move(title));
      }
    }
    std::string out;
    for (const std::string& title : titles) {
      out += (out.empty() ? "" : ", ") + title;
    }
    return out;
  }
  std::string times() const {
    std::string out = std::string(words_.published) + " " + moment(alert_.created_at) + ", " +
                      std::string(words_.received) + " " + moment(alert_.received_at) + ", " +
                      std::string(words_.raised) + " " + moment(alert_.raised_at);
    return alert_.deadline_at == Time{} ? out : out + " · " + deadline();
  }
  std::string deadline() const {
    return std::string(words_.deadline) + " " + clock_of(alert_.deadline_at);
  }

  /// As the town's clocks show it. A zone that the system does not know is told in UTC, and said
  /// so.
  struct Local {
    std::chrono::year_month_day date;
    int hour = 0, minute = 0;
    std::string_view suffix;
  };
  Local local(Time time) const {
    const std::optional<std::chrono::seconds> offset = utc_offset(alert_.time_zone, time);
    const Time shown = time + offset.value_or(std::chrono::seconds(0));
    const auto day = std::chrono::floor<std::chrono::days>(shown);
    const std::chrono::hh_mm_ss clock(shown - day);
    return {day, static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
            offset ? "" : " UTC"};
  }
  /// "08:42"
  std::string clock_of(Time time) const {
    const Local at = local(time);
    char text[32];
    std::snprintf(text, sizeof text, "%02d:%02d", at.hour, at.minute);
    return text + std::string(at.suffix);
  }
  /// "le 12 nov. à 21 h 17", with the year if it is not the alert's.
  std::string moment(Time time) const {
    const Local at = local(time);
    std::string out(words_.on);
    out += std::to_string(static_cast<unsigned>(at.date.day())) + " ";
    out += words_.months.at(static_cast<unsigned>(at.date.month()) - 1);
    if (at.date.year() != local(alert_.raised_at).date.year()) {
      out += " " + std::to_string(static_cast<int>(at.date.year()));
    }
    out += words_.at;
    if (&words_ == &kEnglish) {
      return out + clock_of(time);
    }
    char text[32];
    std::snprintf(text, sizeof text, "%d h %02d", at.hour, at.minute);
    return out + text + std::string(at.suffix);
  }

  const Alert& alert_;
  const Words& words_;
  std::string link_;
};

}  // namespace

Message render(const Alert& alert, std::uint64_t number, const std::string& receiver,
               const std::string& public_url) {
  const Renderer renderer(alert, public_url);
  Message message;
  message.idempotency_key = "vigie-" + std::to_string(number) + "-" + receiver;
  message.subject = renderer.subject();
  message.text = renderer.text();
  message.html = renderer.html();
  message.slack = renderer.slack();
  message.mattermost = renderer.mattermost();
  JsonWriter json(message.json);
  json.begin_object();
  json.key("number").value(number);
  json.key("headline").value(message.subject);
  json.key("link").value(renderer.link());
  json.key("alert").raw(to_json(alert));
  json.end_object();
  return message;
}

}  // namespace vigie
