#include "engine/alert/renderer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string_view>

#include "engine/alert/escape.h"
#include "engine/alert/town_time.h"
#include "engine/core/json_writer.h"
#include "engine/core/web_link.h"

namespace vigie {
namespace {

/// Every word that a message says by itself.
struct Words {
  std::string_view high, critical, closed, rises, quiet, mentions, mention, stories, story, authors,
      author, why, published, received, raised, deadline, place, open, original, rules, learned,
      coverage, blind_since, others, take, not_useful, mute, cards;
  std::string_view colon, open_quote, close_quote;
  std::string_view on, at;  ///< "le 12 nov. à 21 h 17"
  std::array<std::string_view, 12> months;
};
constexpr Words kFrench = {"URGENT",
                           "CRITIQUE",
                           "TERMINÉ",
                           "La situation s'aggrave.",
                           "Plus rien d'urgent à ce sujet",
                           "mentions urgentes",
                           "mention urgente",
                           "histoires",
                           "histoire",
                           "auteurs",
                           "auteur",
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
                           "Couverture",
                           "aveugle depuis",
                           "autres sources aveugles",
                           "Prendre en charge",
                           "Pas utile",
                           "Muet 2 h",
                           "Arguments",
                           " :",
                           "« ",
                           " »",
                           "le ",
                           " à ",
                           {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août",
                            "sept.", "oct.", "nov.", "déc."}};
constexpr Words kEnglish = {
    "URGENT",
    "CRITICAL",
    "OVER",
    "The situation is getting worse.",
    "Nothing urgent about this any more",
    "urgent mentions",
    "urgent mention",
    "stories",
    "story",
    "authors",
    "author",
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
    "Coverage",
    "blind since",
    "other sources blind",
    "Take charge",
    "Not useful",
    "Mute 2 h",
    "Arguments",
    ":",
    "“",
    "”",
    "on ",
    " at ",
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}};

const Words& words_of(const Alert& alert) {
  return alert.language.starts_with("fr") ? kFrench : kEnglish;
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

/// A feed's source is its address: the site's name says enough.
std::string source_name(const std::string& source) {
  const std::size_t host = is_web_link(source) ? source.find("//") + 2 : 0;
  return source.substr(host,
                       host == 0 ? std::string::npos : source.find_first_of("/?#", host) - host);
}

class Renderer {
 public:
  Renderer(const Alert& alert, const std::string& public_url,
           const std::vector<std::string>& remarks, const ActionUrls& actions,
           const std::vector<BlindSource>& blind, const std::vector<CardLink>& cards)
      : alert_(alert),
        words_(words_of(alert)),
        remarks_(remarks),
        actions_(actions),
        blind_(blind),
        cards_(cards) {
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
    if (is_over()) {
      std::string out = subject() + "\n\n" + over() + "\n" + line(counts()) + span() + "\n";
      return link_.empty() ? out : out + "\n" + labelled(words_.open, link_) + "\n";
    }
    std::string out = subject() + "\n" + line(counts());
    if (alert_.news == News::kRisen) {
      out += std::string(words_.rises) + "\n";
    }
    for (const std::string& remark : remarks_) {
      out += remark + "\n";
    }
    if (!alert_.title.empty()) {
      out += "\n" + plain(alert_.title) + "\n";
    }
    if (!alert_.quote.empty()) {
      out += "\n" + quoted(alert_.quote) + "\n";
    }
    out += source() + "\n";
    if (!alert_.place.empty()) {
      out += labelled(words_.place, plain(alert_.place)) + "\n";
    }
    if (is_web_link(alert_.url)) {
      out += labelled(words_.original, one_line(alert_.url)) + "\n";
    }
    out += "\n" + std::string(words_.why).append(words_.colon) + "\n";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += "- " + reason_line(reason) + "\n";
    }
    out += "\n" + times() + "\n";
    if (!blind_.empty()) {
      out += coverage() + "\n";
    }
    if (!cards_.empty()) {
      out += "\n" + std::string(words_.cards).append(words_.colon) + "\n";
    }
    for (const CardLink& card : cards_) {
      out += "- " + (card.url.empty() ? plain(card.title) : labelled(plain(card.title), card.url)) +
             "\n";
    }
    if (!link_.empty()) {
      out += "\n" + labelled(words_.open, link_) + "\n";
    }
    for (const auto& [label, url] : links()) {
      out += labelled(label, url) + "\n";
    }
    return out + "\n-- \n" + rules() + "\n";
  }

  std::string html() const {
    std::string out = "<!doctype html><html lang=\"";
    out += &words_ == &kFrench ? "fr" : "en";
    out += "\"><head><meta charset=\"utf-8\"><title>" + escape_html(subject()) +
           "</title></head><body style=\"font-family:sans-serif;color:#1b2430;line-height:1.5\">";
    out += "<h1 style=\"font-size:1.2em\">" + escape_html(subject()) + "</h1><p>";
    if (is_over()) {
      out += escape_html(over()) + "<br>" + (has_mentions() ? counts() + "<br>" : "") +
             escape_html(span()) + "</p>";
      return out + open_link() + "</body></html>\n";
    }
    out += counts();
    if (alert_.news == News::kRisen) {
      out += "<br>" + escape_html(words_.rises);
    }
    for (const std::string& remark : remarks_) {
      out += "<br>" + escape_html(remark);
    }
    out += "</p>";
    if (!alert_.quote.empty() || !alert_.title.empty()) {
      out += html_quote();
    }
    out += "<p>" + escape_html(source());
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
    if (!blind_.empty()) {
      out += "<p>" + escape_html(coverage()) + "</p>";
    }
    out += html_cards() + open_link();
    return out + "<p style=\"font-size:.8em;color:#536070\">" + escape_html(rules()) +
           "</p></body></html>\n";
  }

  std::string slack() const { return chat({"*", "*", "\n> ", "\n", "\n"}, escape_slack); }
  std::string mattermost() const { return chat({"**", "**", "\n> ", "\n", "\n"}, escape_markdown); }
  std::string rocketchat() const { return chat({"*", "*", "\n> ", "\n", "\n"}, escape_rocketchat); }
  std::string chat_text() const { return chat({"", "", "\n> ", "\n", "\n"}, plain); }
  std::string chat_html() const {
    return chat({"<strong>", "</strong>", "<blockquote>", "</blockquote>", "<br>"},
                [](std::string_view text) { return escape_html(plain(text)); });
  }
  /// "[CRITIQUE] Eau du robinet impropre – Techniville · 3 mentions urgentes · échéance 08:42 ·
  /// https://…": made of our own words only.
  std::string brief() const {
    std::string out = subject() + " · " + counts();
    if (alert_.deadline_at != Time{}) {
      out += " · " + deadline();
    }
    return link_.empty() ? out : out + " · " + link_;
  }
  std::map<std::string, std::string, std::less<>> facts() const {
    return {{"level", level()},
            {"headline", plain(alert_.headline.empty() ? alert_.subject : alert_.headline)},
            {"tenant", plain(alert_.tenant_name)},
            {"mentions", counts()},
            {"deadline", alert_.deadline_at == Time{} ? "" : deadline()},
            {"link", link_}};
  }

  const std::string& link() const { return link_; }

 private:
  std::string html_cards() const {
    if (cards_.empty()) {
      return {};
    }
    std::string out = "<h2 style=\"font-size:1em\">" + std::string(words_.cards) + "</h2><ul>";
    for (const CardLink& card : cards_) {
      const std::string title = escape_html(plain(card.title));
      out += card.url.empty()
                 ? "<li>" + title + "</li>"
                 : "<li><a href=\"" + escape_html(card.url) + "\">" + title + "</a></li>";
    }
    return out + "</ul>";
  }
  std::string html_quote() const {
    std::string out = "<blockquote style=\"border-left:4px solid #a8330a;margin:0;padding:0 1em\">";
    if (!alert_.title.empty()) {
      out += "<p><strong><bdi>" + escape_html(plain(alert_.title)) + "</bdi></strong></p>";
    }
    return out + "<p><bdi>" +
           marked(alert_, "<mark>", "</mark>",
                  [](std::string_view piece) { return escape_html(plain(piece)); }) +
           "</bdi></p></blockquote>";
  }
  /// What a chat writes around passages, around a quote and between lines.
  struct ChatMarks {
    std::string_view bold, end_bold, quote, end_quote, line;
  };
  template <class Escape>
  std::string chat(const ChatMarks& marks, Escape&& escape) const {
    std::string out(marks.bold);
    out.append(escape(subject())).append(marks.end_bold);
    const auto line = [&](const std::string& text) { out.append(marks.line).append(text); };
    if (is_over()) {
      line(escape(over()));
      if (has_mentions()) {
        line(counts());
      }
      line(span());
    } else {
      chat_body(marks, escape, out);
    }
    if (!link_.empty()) {
      line(link_);
    }
    return out;
  }
  template <class Escape>
  void chat_body(const ChatMarks& marks, Escape&& escape, std::string& out) const {
    const auto line = [&](const std::string& text) { out.append(marks.line).append(text); };
    if (alert_.quote.empty()) {
      out += marks.line;
    } else {
      out.append(marks.quote);
      out.append(marked(alert_, marks.bold, marks.end_bold, escape)).append(marks.end_quote);
    }
    out += counts() + " · " + escape(source());
    if (alert_.deadline_at != Time{}) {
      out += " · " + deadline();
    }
    line(labelled(words_.why, escape(why())));
    line(times());
    if (!blind_.empty()) {
      line(escape(coverage()));
    }
    for (const std::string& remark : remarks_) {
      line(escape(remark));
    }
  }

  bool is_over() const { return alert_.news == News::kClosed; }
  std::vector<std::pair<std::string_view, std::string>> links() const {
    std::vector<std::pair<std::string_view, std::string>> all = {
        {words_.take, actions_.take},
        {words_.not_useful, actions_.not_useful},
        {words_.mute, actions_.mute}};
    std::erase_if(all, [](const auto& link) { return link.second.empty(); });
    return all;
  }
  std::string level() const {
    return std::string(is_over()                            ? words_.closed
                       : alert_.level == Urgency::kCritical ? words_.critical
                                                            : words_.high);
  }
  static std::string count(std::uint32_t number, std::string_view one, std::string_view many) {
    const std::string_view at_least = number >= Incidents::kMaxCounted ? "≥ " : "";
    return std::string(at_least) + std::to_string(number) + " " +
           std::string(number == 1 ? one : many);
  }
  /// "14 mentions urgentes, 9 auteurs, 3 histoires"
  std::string counts() const {
    if (!has_mentions()) {
      return {};
    }
    const std::string urgent = std::to_string(alert_.mentions) + " " +
                               std::string(alert_.mentions == 1 ? words_.mention : words_.mentions);
    if (alert_.mentions == 1) {
      return urgent;
    }
    return urgent + ", " + count(alert_.authors, words_.author, words_.authors) + ", " +
           count(alert_.stories, words_.story, words_.stories);
  }
  /// What an incident's end says: since when nothing came, and when it had begun.
  std::string over() const {
    return has_mentions() || alert_.reasons.empty()
               ? std::string(words_.quiet) + "."
               : plain(alert_.reasons.front().title + ". " + alert_.title);
  }
  /// What is told by its volume alone quotes nobody; its figures are its title.
  bool has_mentions() const { return !alert_.mention.empty(); }
  static std::string line(const std::string& text) { return text.empty() ? text : text + "\n"; }
  std::string span() const { return moment(alert_.opened_at) + " – " + moment(alert_.last_at); }
  std::string open_link() const {
    if (link_.empty()) {
      return {};
    }
    std::string out =
        "<p><a href=\"" + escape_html(link_) + "\">" + std::string(words_.open) + "</a>";
    if (!is_over()) {
      for (const auto& [label, url] : links()) {
        out += " · <a href=\"" + escape_html(url) + "\">" + std::string(label) + "</a>";
      }
    }
    return out + "</p>";
  }
  std::string source() const { return plain(source_name(alert_.source)); }
  std::string title_of(const Alert::Reason& reason) const {
    return reason.rule == kLearnedWordName
               ? std::string(words_.learned)
               : plain(reason.title.empty() ? reason.rule : reason.title);
  }
  std::string reason_line(const Alert::Reason& reason) const {
    const std::string title = title_of(reason);
    return reason.text.empty() ? title : labelled(title, quoted(reason.text));
  }
  /// Who wants to know exactly: "Règles : urgence.malade 620 · 00c0ffee00c0ffee".
  std::string rules() const {
    std::string out = labelled(words_.rules, "");
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
  /// "Couverture : facebook aveugle depuis 07:50"
  std::string coverage() const {
    std::string out = labelled(words_.coverage, "");
    for (std::size_t i = 0; i < std::min(blind_.size(), kMaxBlindNamed); ++i) {
      out += (i == 0 ? "" : ", ") + blind_[i].source + " " + std::string(words_.blind_since) + " " +
             when(blind_[i].since);
    }
    if (blind_.size() > kMaxBlindNamed) {
      out +=
          ", " + std::to_string(blind_.size() - kMaxBlindNamed) + " " + std::string(words_.others);
    }
    return out;
  }
  std::string deadline() const {
    return std::string(words_.deadline) + " " + when(alert_.deadline_at);
  }

  /// "Lieu : rue Verrerie"
  std::string labelled(std::string_view label, std::string_view text) const {
    return std::string(label).append(words_.colon).append(" ").append(text);
  }
  std::string quoted(std::string_view text) const {
    const std::string inner = &words_ == &kFrench ? inner_quotes(plain(text)) : plain(text);
    return std::string(words_.open_quote).append(inner).append(words_.close_quote);
  }

  /// "21:17", or moment() if it is not on the day of the alert.
  std::string when(Time time) const {
    const bool is_today = town_time(alert_.time_zone, time).date ==
                          town_time(alert_.time_zone, alert_.raised_at).date;
    return is_today ? clock_of(alert_.time_zone, time) : moment(time);
  }

  /// "le 12 nov. à 21 h 17", with the year if it is not the alert's.
  std::string moment(Time time) const {
    const TownTime at = town_time(alert_.time_zone, time);
    std::string out(words_.on);
    out += std::to_string(static_cast<unsigned>(at.date.day())) + " ";
    out += words_.months.at(static_cast<unsigned>(at.date.month()) - 1);
    if (at.date.year() != town_time(alert_.time_zone, alert_.raised_at).date.year()) {
      out += " " + std::to_string(static_cast<int>(at.date.year()));
    }
    out += words_.at;
    if (&words_ == &kEnglish) {
      return out + clock_of(alert_.time_zone, time);
    }
    char text[32];
    std::snprintf(text, sizeof text, "%d h %02d", at.minute_of_day / 60, at.minute_of_day % 60);
    return out + text + std::string(at.suffix);
  }

  const Alert& alert_;
  const Words& words_;
  const std::vector<std::string>& remarks_;
  const ActionUrls& actions_;
  const std::vector<BlindSource>& blind_;
  const std::vector<CardLink>& cards_;
  std::string link_;
};

/// The same for all alerts of an incident: FNV-1a (64 bits) of tenant and incident, which hold no
/// NUL.
std::string thread_of(const Alert& alert) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : alert.tenant + '\0' + alert.incident) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  char text[32];
  std::snprintf(text, sizeof text, "vigie-%016llx", static_cast<unsigned long long>(hash));
  return text;
}

/// What Alertmanager groups and routes by.
std::map<std::string, std::string> labels_of(const Alert& alert) {
  return {{"alertname", alert.subject.empty() ? "vigie" : alert.subject},
          {"tenant", alert.tenant},
          {"topic", alert.topic},
          {"severity", std::string(to_string(alert.level))},
          {"incident", alert.incident}};
}

}  // namespace

Alert discreet(const Alert& alert) {
  Alert shown = alert;
  for (std::string* words : {&shown.title, &shown.quote, &shown.url, &shown.place}) {
    words->clear();
  }
  shown.marks.clear();
  for (Alert::Reason& reason : shown.reasons) {
    reason.text.clear();
  }
  return shown;
}

Message render(const Alert& alert, std::uint64_t number, const std::string& receiver,
               const std::string& public_url, const std::vector<std::string>& remarks,
               const ActionUrls& actions, const std::vector<BlindSource>& blind,
               const std::vector<CardLink>& cards) {
  const Renderer renderer(alert, public_url, remarks, actions, blind, cards);
  Message message;
  message.idempotency_key = "vigie-" + std::to_string(number) + "-" + receiver;
  message.subject = renderer.subject();
  message.text = renderer.text();
  message.html = renderer.html();
  message.thread = thread_of(alert);
  message.opens_thread = alert.news == News::kOpened;
  message.is_critical = alert.level == Urgency::kCritical;
  message.brief = renderer.brief();
  message.link = renderer.link();
  message.slack = renderer.slack();
  message.mattermost = renderer.mattermost();
  message.rocketchat = renderer.rocketchat();
  message.chat_text = renderer.chat_text();
  message.chat_html = renderer.chat_html();
  message.facts = renderer.facts();
  message.labels = labels_of(alert);
  message.starts_at = alert.raised_at;
  JsonWriter json(message.json);
  json.begin_object();
  json.key("number").value(number);
  json.key("headline").value(message.subject);
  json.key("link").value(renderer.link()).key("thread").value(message.thread);
  json.key("blind").begin_array();
  for (const BlindSource& one : blind) {
    json.begin_object().key("source").value(one.source);
    json.key("since").value(format_time(one.since)).end_object();
  }
  json.end_array().key("remarks").begin_array();
  for (const std::string& remark : remarks) {
    json.value(remark);
  }
  json.end_array().key("cards").begin_array();
  for (const CardLink& card : cards) {
    json.begin_object().key("title").value(card.title).key("url").value(card.url).end_object();
  }
  json.end_array();
  json.key("alert").raw(to_json(alert));
  json.end_object();
  return message;
}

}  // namespace vigie
