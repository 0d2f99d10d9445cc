#include "engine/alert/renderer.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

/// Every word that a message says by itself.
struct Words {
  std::string_view high, critical, rises, mentions, mention, why, rule, weight, published, received,
      raised, place, open, original, rules;
};
constexpr Words kFrench = {"URGENT",
                           "CRITIQUE",
                           "La situation s'aggrave.",
                           "mentions urgentes",
                           "mention urgente",
                           "Pourquoi",
                           "règle",
                           "poids",
                           "Publié",
                           "reçu",
                           "alerté",
                           "Lieu",
                           "Ouvrir dans Vigie",
                           "Original",
                           "Règles"};
constexpr Words kEnglish = {"URGENT",
                            "CRITICAL",
                            "The situation is getting worse.",
                            "urgent mentions",
                            "urgent mention",
                            "Why",
                            "rule",
                            "weight",
                            "Published",
                            "received",
                            "alerted",
                            "Place",
                            "Open in Vigie",
                            "Original",
                            "Rules"};

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

/// What chats would read as mark-up or as a call to everybody.
std::string escape_markdown(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (std::string_view("*_`~[]()<>&@#|!\\").find(c) != std::string_view::npos) {
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

std::string clock_of(Time time) { return format_time(time).substr(0, 19) + "Z"; }

class Renderer {
 public:
  Renderer(const Alert& alert, const std::string& public_url)
      : alert_(alert), words_(words_of(alert)) {
    if (!public_url.empty()) {
      link_ = public_url + "/#/mention/" + alert.mention;
    }
  }

  std::string subject() const {
    return one_line("[" + level() + "] " + alert_.subject + " – " + alert_.tenant_name);
  }

  std::string text() const {
    std::string out = subject() + "\n";
    out += counts() + "\n";
    if (!alert_.is_first) {
      out += std::string(words_.rises) + "\n";
    }
    if (!alert_.title.empty()) {
      out += "\n" + one_line(alert_.title) + "\n";
    }
    out += "\n« " + marked(alert_, "**", "**", one_line) + " » (" + one_line(alert_.source) + ")\n";
    if (!alert_.place.empty()) {
      out += std::string(words_.place) + " : " + one_line(alert_.place) + "\n";
    }
    out += "\n" + std::string(words_.why) + " :\n";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += "- " + reason_line(reason) + "\n";
    }
    out += "\n" + times() + "\n" + std::string(words_.rules) + " : " + alert_.ruleset + "\n";
    if (!link_.empty()) {
      out += "\n" + std::string(words_.open) + " : " + link_ + "\n";
    }
    return out;
  }

  std::string html() const {
    std::string out = "<!doctype html><html lang=\"";
    out += &words_ == &kFrench ? "fr" : "en";
    out += "\"><head><meta charset=\"utf-8\"><title>" + escape_html(subject()) +
           "</title></head><body style=\"font-family:sans-serif;color:#1b2430;line-height:1.5\">";
    out += "<h1 style=\"font-size:1.2em\">" + escape_html(subject()) + "</h1><p>" + counts();
    if (!alert_.is_first) {
      out += " <strong>" + std::string(words_.rises) + "</strong>";
    }
    out += "</p><blockquote style=\"border-left:4px solid #8f0e22;margin:0;padding:.2em 1em\">";
    if (!alert_.title.empty()) {
      out += "<p><strong><bdi>" + escape_html(one_line(alert_.title)) + "</bdi></strong></p>";
    }
    out += "<p><bdi>" +
           marked(alert_, "<mark>", "</mark>",
                  [](std::string_view piece) { return escape_html(one_line(piece)); }) +
           "</bdi></p></blockquote><p>" + escape_html(one_line(alert_.source));
    if (!alert_.place.empty()) {
      out += " · " + escape_html(one_line(alert_.place));
    }
    if (is_web_link(alert_.url)) {
      out += " · <a href=\"" + escape_html(one_line(alert_.url)) + "\" rel=\"noopener\">" +
             std::string(words_.original) + "</a>";
    }
    out += "</p><h2 style=\"font-size:1em\">" + std::string(words_.why) + "</h2><ul>";
    for (const Alert::Reason& reason : alert_.reasons) {
      out += "<li>" + escape_html(reason_line(reason)) + "</li>";
    }
    out += "</ul><p>" + times() + "<br>" + std::string(words_.rules) + " : <code>" +
           escape_html(alert_.ruleset) + "</code></p>";
    if (!link_.empty()) {
      out += "<p><a href=\"" + escape_html(link_) + "\">" + std::string(words_.open) + "</a></p>";
    }
    return out + "</body></html>\n";
  }

  std::string brief() const {
    std::string out = "*" + escape_markdown(subject()) + "*\n> " +
                      marked(alert_, "*", "*", escape_markdown) + "\n" + counts() + " · " +
                      escape_markdown(alert_.source);
    out += "\n" + std::string(words_.why) + " : " + escape_markdown(rules()) + "\n" + times();
    if (!link_.empty()) {
      out += "\n" + link_;
    }
    return out;
  }

  const std::string& link() const { return link_; }

 private:
  std::string level() const {
    return std::string(alert_.level == Urgency::kCritical ? words_.critical : words_.high);
  }
  std::string counts() const {
    return std::to_string(alert_.mentions) + " " +
           std::string(alert_.mentions == 1 ? words_.mention : words_.mentions);
  }
  std::string reason_line(const Alert::Reason& reason) const {
    return std::string(words_.rule) + " " + one_line(reason.rule) + " : « " +
           one_line(reason.text) + " » (" + std::string(words_.weight) + " " +
           std::to_string(reason.weight) + ")";
  }
  /// Each rule once, the first said first.
  std::string rules() const {
    std::string out;
    for (std::size_t i = 0; i < alert_.reasons.size(); ++i) {
      const auto until_here = alert_.reasons.begin() + static_cast<std::ptrdiff_t>(i);
      const std::string& rule = alert_.reasons[i].rule;
      if (std::ranges::find(alert_.reasons.begin(), until_here, rule, &Alert::Reason::rule) ==
          until_here) {
        out += (out.empty() ? "" : ", ") + rule;
      }
    }
    return out;
  }
  std::string times() const {
    return std::string(words_.published) + " " + clock_of(alert_.created_at) + ", " +
           std::string(words_.received) + " " + clock_of(alert_.received_at) + ", " +
           std::string(words_.raised) + " " + clock_of(alert_.raised_at);
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
  message.brief = renderer.brief();
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
