#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// A document in French for people: one HTML page without script or anything from elsewhere,
/// section by section. Where it says html, what is given stands there as it is.
class HtmlDocument {
 public:
  HtmlDocument(const std::string& title, const std::string& tenant);
  HtmlDocument& section(std::string_view title);
  HtmlDocument& paragraph(std::string_view html);
  HtmlDocument& list(const std::vector<std::string>& html);
  /// The first cell of each row is its heading; cells are html.
  HtmlDocument& table(std::string_view caption, const std::vector<std::string>& heads,
                      const std::vector<std::vector<std::string>>& rows);
  std::string finish(const std::string& footer_html);

 private:
  std::string html_;
};

/// What only the town knows: a mark that says what is to be filled in.
std::string to_complete(std::string_view what);
/// How many such places a document has.
std::size_t places_to_complete(std::string_view document);

}  // namespace vigie
