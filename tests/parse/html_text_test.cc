#include "engine/parse/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace vigie {
namespace {

std::string shown(std::string_view html) {
  HtmlText text;
  std::string out;
  text.convert(html, out);
  return out;
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += piece;
  }
  return text;
}

/// Every paragraph opens all the unclosed <b> anew: the tree grows with the square of the page.
std::string bomb() {
  std::string html = "<p>";
  for (int i = 0; i < 3000; ++i) {
    html += "<b id=" + std::to_string(i) + ">";
  }
  return html + repeated("</p><p>x", 3000);
}

TEST(HtmlText, ShowsWhatAReaderSees) {
  EXPECT_EQ(shown("<p>Fuite d'eau <a href='x'>rue de l'&Eacute;glise</a>.</p><p>Depuis  "
                  "<b>hier</b>&nbsp;!</p>"),
            "Fuite d'eau rue de l'Église.\nDepuis hier\u00a0!");
  EXPECT_EQ(shown("un<br>deux<br/>trois<ul><li>a</li><li>b</li></ul>"), "un\ndeux\ntrois\na\nb");
  EXPECT_EQ(shown("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"), "a b\nc");
}

TEST(HtmlText, LeavesScriptsStylesAndCommentsOut) {
  EXPECT_EQ(shown("a<script>alert('x')</script><style>p{}</style><!-- c -->b<title>t</title>"),
            "ab");
}

TEST(HtmlText, LetsPlainTextPass) {
  EXPECT_EQ(shown("  deux   mots\n"), "deux mots");
  EXPECT_EQ(shown("5 < 6 & 7 > 2"), "5 < 6 & 7 > 2");
  EXPECT_EQ(shown("&lt;b&gt; &amp;amp; &#233;&#x1F600;"), "<b> &amp; é😀");
  EXPECT_EQ(shown(""), "");
}

TEST(HtmlText, SurvivesNestingWithoutEnd) {
  EXPECT_EQ(shown(repeated("<div>", 100'000) + "x").find('x'), std::string::npos)
      << "cut after kMaxTags";
  EXPECT_EQ(shown(repeated("<div>", 9'000) + "x" + repeated("</div>", 100'000)), "x");
}

TEST(HtmlText, StripsWhatWouldGrowWithoutBound) { EXPECT_EQ(shown(bomb()).substr(0, 5), "x x x"); }

/// One tag of `count` attributes.
std::string tag_with(std::size_t count) {
  std::string html = "<p";
  for (std::size_t i = 0; i < count; ++i) {
    html += " a" + std::to_string(i) + "=1";
  }
  return html + ">";
}

// What is stripped of its tags shows its scripts: that is how these tests tell.
TEST(HtmlText, StripsWhatHasATagOfAttributesWithoutEnd) {
  const std::string script = "<script>s</script>x";
  EXPECT_EQ(shown(tag_with(HtmlText::kMaxAttributes) + script), "x");
  EXPECT_EQ(shown(tag_with(HtmlText::kMaxAttributes + 1) + script), "s x");
  EXPECT_EQ(shown(tag_with(100'000) + script), "s x");
}

TEST(HtmlText, FindsTheAttributesWhereverTheirTagHides) {
  const std::string many = tag_with(HtmlText::kMaxAttributes + 1).substr(2);
  for (const std::string& before :
       {std::string("</p"), std::string("<p/"), std::string("<p==\""), std::string("<p a='>'"),
        std::string("<p a=>'<p"), std::string("<!--<p a='--><p"),
        std::string("<script><p a='</script><p")}) {
    EXPECT_THAT(shown(before + many + "<script>s</script>x"), testing::HasSubstr("s x")) << before;
  }
}

TEST(HtmlText, QuotesThatNeverCloseCostNoMoreThanTheirPage) {
  const std::string html = repeated("<a b='", 5000) + std::string(500'000, 'y');
  EXPECT_EQ(shown(html), "");
}

TEST(HtmlText, WorksAgainAfterABomb) {
  HtmlText text;
  std::string out;
  for (int i = 0; i < 3; ++i) {
    text.convert(bomb(), out);
    text.convert("<p>bon</p>", out);
    EXPECT_EQ(out, "bon");
  }
}

TEST(HtmlText, TakesAnyBytes) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string pieces[] = {"<p>",       "</p>",     "<b",    ">",         "\"",   "&",
                                "&amp;",     "&#",       "x",     "é",         "<!--", "-->",
                                "<table>",   "<select>", "<svg>", "<![CDATA[", "]]>",  "<template>",
                                "<!DOCTYPE", "</",       " ",     "<script>"};
  for (int i = 0; i < 5000; ++i) {
    std::string html;
    for (auto count = random() % 30; count != 0; --count) {
      html += pieces[random() % std::size(pieces)];
    }
    shown(html);
  }
}

}  // namespace
}  // namespace vigie
