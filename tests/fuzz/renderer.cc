// An alert of hostile words, a word a line, as messages: nothing in them acts.
#include "engine/alert/renderer.h"

#include <vector>

#include "connectors/json_document.h"
#include "engine/alert/escape.h"
#include "engine/core/handle_mask.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// Every tag is one of ours, with no attribute that acts; every other '<' is escaped.
void check_html(std::string_view html) {
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    check(end != html.npos, "a tag ends");
    const std::string_view tag = html.substr(at, end - at);
    check(tag.find('\n') == tag.npos || tag.starts_with("<a ") || tag.starts_with("<!"), "a line");
    for (const std::string_view bad : {"<script", "<img", "<svg", "<iframe", "<object", "<link",
                                       "<base", "<form", "<input", "javascript:", "data:"}) {
      check(tag.find(bad) == tag.npos || tag.find("href=\"http") != tag.npos, "nothing that acts");
    }
    check(tag.find(" on") == tag.npos || tag.find("style=") != tag.npos ||
              tag.find("href=\"http") != tag.npos,
          "no handler");
  }
}

void check_line(std::string_view line) {
  check(is_valid_utf8(line), "a line is text");
  for (const char c : line) {
    check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "one line, without controls");
  }
  for (const std::string_view control : {"\u202E", "\u2066", "\u2028", "\u0085", "\u200F"}) {
    check(line.find(control) == line.npos, "nothing that turns words around");
  }
}

void check_escapes(const std::string& text) {
  check(escape_html(text).find_first_of("<>\"'") == std::string::npos, "no mark-up");
  check_line(plain(text));
  check_line(inner_quotes(plain(text)));
  const std::string slack = escape_slack(text);
  check(slack.find_first_of("<>") == std::string::npos, "Slack's commands stand in <>");
  for (const std::string& chat : {slack, escape_markdown(text), escape_rocketchat(text)}) {
    check_line(chat);
    for (std::size_t at = chat.find('@'); at != chat.npos; at = chat.find('@', at + 1)) {
      check(std::string_view(chat).substr(at + 1).starts_with("\u200B"), "nobody is called");
    }
  }
  const std::string masked = mask_handles(text);
  check(masked.size() == text.size() && is_valid_utf8(masked), "a mask keeps every place");
  check(mask_handles(masked) == masked, "and is kept");
}

void check_message(const Message& message) {
  check_line(message.subject);
  check_line(message.brief);
  check_html(message.html);
  check_html(message.chat_html);
  for (const std::string* text : {&message.text, &message.html, &message.slack, &message.mattermost,
                                  &message.rocketchat, &message.chat_text}) {
    check(is_valid_utf8(*text), "messages are text");
  }
  JsonDocument json;
  check(!json.parse(message.json), "the alert as JSON is JSON");
  for (const auto& [name, fact] : message.facts) {
    check_line(fact);
  }
}

VIGIE_FUZZ(renderer) {
  if (!is_text(bytes) || bytes.size() > 4096) {
    return;
  }
  check_escapes(std::string(bytes));
  std::vector<std::string> words;
  while (!bytes.empty()) {
    words.emplace_back(take_line(bytes));
  }
  std::size_t next = 0;
  const auto word = [&] { return words.empty() ? std::string() : words[next++ % words.size()]; };
  Alert alert;
  for (std::string* text : {&alert.subject, &alert.headline, &alert.quote, &alert.title, &alert.url,
                            &alert.source, &alert.place, &alert.topic, &alert.tenant_name}) {
    *text = word();
  }
  alert.quote.resize(front_of(alert.quote, Alert::kMaxQuoteBytes).size());
  alert.incident = "i1";
  alert.tenant = "techniville";
  alert.language = next % 2 == 0 ? "fr" : "en";
  alert.time_zone = "Europe/Paris";
  alert.mention = "20741-1289";
  const std::size_t marked = front_of(alert.quote, 5).size();
  if (marked > 0) {
    alert.marks.push_back({0, static_cast<std::uint32_t>(marked)});
  }
  alert.reasons.push_back({word(), word(), word(), 500});
  const auto answered = parse_alert(to_json(alert));
  check(answered && to_json(*answered) == to_json(alert), "an alert reads as it was written");
  check_message(render(alert, 3, "mail", "https://vigie.example", {}, {}, {{}}, {{word(), ""}}));
  check_message(render(discreet(alert), 3, "sms", ""));
}

}  // namespace
}  // namespace vigie::fuzz
