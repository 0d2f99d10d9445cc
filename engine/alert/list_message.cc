#include "engine/alert/list_message.h"

#include <utility>

#include "engine/alert/escape.h"

namespace vigie {

ListMessage::ListMessage(bool is_english, const std::string& subject) {
  message_.subject = message_.brief = message_.chat_text = subject;
  message_.text = subject + "\n";
  message_.html = std::string("<!doctype html><html lang=\"") + (is_english ? "en" : "fr") +
                  "\"><head><meta charset=\"utf-8\"><title>" + escape_html(subject) +
                  "</title></head><body style=\"font-family:sans-serif;color:#1b2430;"
                  "line-height:1.5\"><h1 style=\"font-size:1.2em\">" +
                  escape_html(subject) + "</h1>";
  message_.slack = "*" + escape_slack(subject) + "*";
  message_.mattermost = "**" + escape_markdown(subject) + "**";
  message_.rocketchat = "*" + escape_rocketchat(subject) + "*";
  message_.chat_html = "<strong>" + escape_html(subject) + "</strong>";
}

void ListMessage::heading(const std::string& text) {
  end_list();
  message_.text += "\n" + text + "\n";
  message_.html += "<h2 style=\"font-size:1em\">" + escape_html(text) + "</h2>";
  chats("", text, "");
}

void ListMessage::paragraph(const std::string& text) {
  end_list();
  message_.text += "\n" + text + "\n";
  message_.html += "<p>" + escape_html(text) + "</p>";
  chats("", text, "");
}

void ListMessage::item(const std::string& text, const std::string& link) {
  if (!std::exchange(is_in_list_, true)) {
    message_.text += "\n";
    message_.html += "<ul>";
  }
  message_.text += "- " + text + "\n" + (link.empty() ? "" : "  " + link + "\n");
  const std::string line = escape_html(text);
  message_.html += "<li>";
  message_.html += link.empty() ? line : "<a href=\"" + escape_html(link) + "\">" + line + "</a>";
  message_.html += "</li>";
  chats("- ", text, link);
}

void ListMessage::chats(std::string_view begin, const std::string& text, const std::string& link) {
  const std::string start = "\n" + std::string(begin), end = link.empty() ? "" : " " + link;
  message_.slack += start + escape_slack(text) + end;
  message_.mattermost += start + escape_markdown(text) + end;
  message_.rocketchat += start + escape_rocketchat(text) + end;
  message_.chat_text += start + text + end;
  message_.chat_html += "<br>" + std::string(begin) + escape_html(text + end);
}

void ListMessage::end_list() {
  if (std::exchange(is_in_list_, false)) {
    message_.html += "</ul>";
  }
}

Message ListMessage::finish() && {
  end_list();
  message_.html += "</body></html>\n";
  for (const std::string_view name : kMessageFacts) {
    message_.facts[std::string(name)];  // empty: a template shows nothing there
  }
  message_.facts["headline"] = message_.subject;
  return std::move(message_);
}

}  // namespace vigie
