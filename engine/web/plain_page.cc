#include "engine/web/plain_page.h"

#include "engine/alert/escape.h"

namespace vigie {

Response plain_page(unsigned status, bool is_english, const std::string& title,
                    const std::string& text, const std::string& rest) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::string("<!doctype html><html lang=\"") + (is_english ? "en" : "fr") +
                  "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                  "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">"
                  "<title>" +
                  escape_html(title) + " – Vigie</title></head><body><main><h1>" +
                  escape_html(title) + "</h1><p>" + escape_html(text) + "</p>" + rest +
                  "</main></body></html>\n";
  return response;
}

}  // namespace vigie
