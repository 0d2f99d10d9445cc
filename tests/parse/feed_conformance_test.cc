// The item cases of gofeed's suite, read where the suite is. For each item that a case expects, the
// fields that a mention keeps: title, the fullest text, address, id, author, dates. Markup counts
// as what a reader sees of it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/core/ascii.h"
#include "engine/parse/feed.h"
#include "engine/parse/feed_date.h"
#include "engine/parse/html_text.h"
#include "tests/parse/collected.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

constexpr const char* kSuite = VIGIE_SOURCE_DIR "/../shared/suites/gofeed/testdata";
constexpr double kLeastRight = 0.95;

std::string bytes_of(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

/// The first of `names` that is a text which is not blank, or an object with such a `value`.
std::string text_of(dom::object object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::string_view text;
    if (object[name].get(text) != simdjson::SUCCESS &&
        object[name]["value"].get(text) != simdjson::SUCCESS) {
      continue;
    }
    if (text = trimmed(text); !text.empty()) {
      return std::string(text);
    }
  }
  return {};
}

/// An RSS link's address, or that of the first of Atom's that leads to the page.
std::string link_of(dom::object item) {
  const std::string link = text_of(item, {"link", "url", "external_url"});
  dom::array links;
  if (!link.empty() || item["links"].get(links) != simdjson::SUCCESS) {
    return link;
  }
  for (const dom::element one : links) {
    dom::object atom;
    if (one.get(atom) == simdjson::SUCCESS && text_of(atom, {"rel"}) == "alternate") {
      return text_of(atom, {"href"});
    }
  }
  return {};
}

/// Counts what is right, names what is not.
class Score {
 public:
  void field(const std::string& name, const std::string& wanted, std::string_view got) {
    if (wanted.empty()) {
      return;
    }
    std::string shown;
    html_.convert(wanted, shown);
    count(name, wanted, got, got == wanted || got == shown);
  }
  void date(const std::string& name, const std::string& wanted, std::int64_t got_us) {
    if (const auto time = parse_feed_date(wanted)) {
      count(name, wanted, std::to_string(got_us), time->time_since_epoch().count() == got_us);
    }
  }
  void author(dom::object item, const Author& got) {
    dom::object wanted;
    if (item["authors"].at(0).get(wanted) != simdjson::SUCCESS &&
        item["author"].get(wanted) != simdjson::SUCCESS) {
      return field("author", text_of(item, {"author"}), got.name);
    }
    const std::string email = text_of(wanted, {"email"}), url = text_of(wanted, {"uri", "url"});
    field("author's name", text_of(wanted, {"name"}), got.name);
    field("author's address", url, got.url);
    field("author's mail", url.empty() ? email : "", got.id);
  }
  void item(dom::object wanted, const Mention& got) {
    field("title", text_of(wanted, {"title"}), got.title);
    field("text",
          text_of(wanted, {"content", "content_html", "content_text", "summary", "description"}),
          got.text);
    field("link", link_of(wanted), got.url);
    field("id", text_of(wanted, {"guid", "id"}), got.id);
    author(wanted, got.author);
    date("published",
         text_of(wanted, {"publishedParsed", "published", "pubDate", "date_published"}),
         got.created_at.time_since_epoch().count());
    date("updated", text_of(wanted, {"updatedParsed", "updated", "date_modified"}),
         got.version.edited_at_us);
  }
  void set_case(std::string name) { case_ = std::move(name); }

  std::size_t right = 0, all = 0;
  std::string wrong;

 private:
  void count(const std::string& name, std::string_view wanted, std::string_view got, bool equal) {
    ++all;
    right += equal ? 1 : 0;
    if (!equal) {
      wrong += case_ + ": " + name + " is '" + std::string(got) + "', not '" + std::string(wanted) +
               "'\n";
    }
  }

  HtmlText html_;
  std::string case_;
};

/// The feed that `expected` is about, if it is about one: beside it, and perhaps without
/// "_expected".
fs::path feed_of(const fs::path& expected) {
  fs::path feed = expected;
  if (fs::exists(feed.replace_extension(".xml"))) {
    return feed;
  }
  std::string name = expected.string();
  const std::size_t mark = name.rfind("_expected");
  return mark == name.npos ? fs::path() : fs::path(name.erase(mark, 9));
}

void compare(const fs::path& expected, Score& score) {
  const fs::path feed = feed_of(expected);
  dom::parser parser;
  dom::object wanted;
  dom::array items;
  if (feed.empty() || parser.parse(bytes_of(expected)).get(wanted) != simdjson::SUCCESS ||
      (wanted["items"].get(items) != simdjson::SUCCESS &&
       wanted["entries"].get(items) != simdjson::SUCCESS)) {
    return;
  }
  Collected got;
  collect(*make_feed_mapping(), bytes_of(feed), Origin{}, got);
  score.set_case(feed.filename().string());
  std::size_t index = 0;
  for (const dom::element element : items) {
    const Mention none{};
    score.item(element.get_object().value(), index < got.kept.size() ? got[index] : none);
    ++index;
  }
}

TEST(FeedConformance, ReadsTheItemsOfGofeedsSuite) {
  if (!fs::exists(kSuite)) {
    GTEST_SKIP() << "gofeed's suite is not here";
  }
  std::vector<fs::path> cases;
  for (const auto& entry : fs::recursive_directory_iterator(kSuite)) {
    if (entry.path().extension() == ".json") {
      cases.push_back(entry.path());
    }
  }
  std::ranges::sort(cases);
  Score score;
  for (const fs::path& one : cases) {
    compare(one, score);
  }
  RecordProperty("fields", static_cast<int>(score.all));
  RecordProperty("right", static_cast<int>(score.right));
  EXPECT_GT(score.all, 150U);
  EXPECT_GE(static_cast<double>(score.right), kLeastRight * static_cast<double>(score.all))
      << score.right << " of " << score.all << " fields\n"
      << score.wrong;
}

}  // namespace
}  // namespace vigie
