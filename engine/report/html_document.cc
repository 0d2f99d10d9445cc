#include "engine/report/html_document.h"

#include <utility>

#include "engine/alert/escape.h"

namespace vigie {
namespace {

constexpr std::string_view kStyle =
    "*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:52rem;color:#1b1b1f;"
    "background:#fff;font:1rem/1.5 \"DejaVu Sans\",Arial,sans-serif}h1{font-size:1.5rem}"
    "h2{font-size:1.15rem;margin:1.4rem 0 .3rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;"
    "border-bottom:1px solid #8a8a94}caption{text-align:left;color:#4a4a55}"
    "mark{background:#ffe9a8;color:#1b1b1f}footer{margin-top:2rem;color:#4a4a55;font-size:.85rem}";

constexpr std::string_view kToComplete = "<mark>[à compléter : ";

}  // namespace

HtmlDocument::HtmlDocument(const std::string& title, const std::string& tenant) {
  html_ =
      "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>" +
      escape_html(title) + " – " + escape_html(tenant) + "</title><style>";
  html_.append(kStyle).append("</style></head><body><main><h1>").append(escape_html(title));
  html_ += "</h1><p>" + escape_html(tenant) + "</p>";
}

HtmlDocument& HtmlDocument::section(std::string_view title) {
  html_.append("<h2>").append(escape_html(title)).append("</h2>");
  return *this;
}

HtmlDocument& HtmlDocument::paragraph(std::string_view html) {
  html_.append("<p>").append(html).append("</p>");
  return *this;
}

HtmlDocument& HtmlDocument::list(const std::vector<std::string>& html) {
  html_ += "<ul>";
  for (const std::string& item : html) {
    html_ += "<li>" + item + "</li>";
  }
  html_ += "</ul>";
  return *this;
}

HtmlDocument& HtmlDocument::table(std::string_view caption, const std::vector<std::string>& heads,
                                  const std::vector<std::vector<std::string>>& rows) {
  html_.append("<table><caption>").append(escape_html(caption)).append("</caption><thead><tr>");
  for (const std::string& head : heads) {
    html_ += "<th scope=\"col\">" + escape_html(head) + "</th>";
  }
  html_ += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : rows) {
    html_ += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html_ += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>" : "<td>" + row[i] + "</td>";
    }
    html_ += "</tr>";
  }
  html_ += "</tbody></table>";
  return *this;
}

std::string HtmlDocument::finish(const std::string& footer_html) {
  html_ += "</main><footer><p>" + footer_html + "</p></footer></body></html>\n";
  return std::move(html_);
}

std::string to_complete(std::string_view what) {
  return std::string(kToComplete).append(what).append("]</mark>");
}

std::size_t places_to_complete(std::string_view document) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = document.find(kToComplete, at)) != document.npos; ++at) {
    ++count;
  }
  return count;
}

}  // namespace vigie
