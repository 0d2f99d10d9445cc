#include "engine/parse/opml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> lines_of(const OpmlList& list) {
  std::vector<std::string> lines;
  for (const OpmlFeed& feed : list.feeds) {
    lines.push_back(feed.folder + "|" + feed.title + "|" + feed.address);
  }
  return lines;
}

std::string complaint(std::string_view bytes) {
  const auto list = read_opml(bytes);
  return list ? "" : list.error().text;
}

TEST(Opml, ReadsWhatFeedReadersExport) {
  const auto list = read_opml(R"(<?xml version="1.0" encoding="UTF-8"?>
    <opml version="2.0"><head><title>Veille</title></head><body>
      <outline text="Presse"><outline title="Locale" text="x">
        <outline type="rss" text="Le Courrier" title="Le Courrier du Val" xmlUrl="https://courrier.example/rss?a=1&amp;b=2" htmlUrl="https://courrier.example/"/>
      </outline><outline text="Radio" xmlUrl="http://radio.example/feed"/></outline>
      <OUTLINE TYPE="RSS" TEXT="Vieux" URL="https://vieux.example/rdf"/>
      <outline type="link" text="Une page" url="https://page.example/"/>
      <outline text="Encore" xmlUrl="http://radio.example/feed"/>
      <outline xmlUrl=" https://sans-titre.example/ "/></body></opml>)");
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_THAT(lines_of(*list),
              ElementsAre("Presse / Locale|Le Courrier du Val|https://courrier.example/rss?a=1&b=2",
                          "Presse|Radio|http://radio.example/feed",
                          "|Vieux|https://vieux.example/rdf", "||https://sans-titre.example/"));
  EXPECT_THAT(list->problems, IsEmpty());
}

TEST(Opml, ReadsEveryEncodingAndWhatBreaksTheRules) {
  const auto latin = read_opml(
      "<?xml version='1.0' encoding='ISO-8859-1'?><opml><outline text='\xc9t\xe9' "
      "xmlUrl='https://a.example/'/></opml>");
  ASSERT_TRUE(latin) << latin.error().text;
  EXPECT_EQ(latin->feeds.at(0).title, "Été");
  const auto wrong_label = read_opml(
      "\n<?xml version='1.0' encoding='utf-8'?><opml><outline text='Caf\xe9 &eacute; & th\xe9' "
      "xmlUrl='https://a.example/?a&b'/></opml>");
  ASSERT_TRUE(wrong_label) << wrong_label.error().text;
  EXPECT_EQ(wrong_label->feeds.at(0).title, "Café é & thé");
  EXPECT_EQ(wrong_label->feeds.at(0).address, "https://a.example/?a&b");
  std::string wide = "\xff\xfe";
  for (const char c :
       std::string_view("<opml><outline text='w' xmlUrl='https://w.example/'/></opml>")) {
    wide += {c, '\0'};
  }
  ASSERT_TRUE(read_opml(wide));
}

TEST(Opml, NamesWhatCannotBeAsked) {
  const auto list = read_opml(
      "<opml><outline text='FTP&#10;x' xmlUrl='ftp://a.example/'/><outline xmlUrl='rss.xml'/>"
      "<outline text='ok' xmlUrl='https://a.example/'/></opml>");
  ASSERT_TRUE(list);
  EXPECT_THAT(lines_of(*list), ElementsAre("|ok|https://a.example/"));
  EXPECT_THAT(list->problems,
              ElementsAre(HasSubstr("'FTP x' is at 'ftp://a.example/'"), HasSubstr("'rss.xml'")));
}

TEST(Opml, SaysWhatAFileIsInstead) {
  EXPECT_EQ(complaint(""), "the file is empty");
  EXPECT_EQ(complaint("<rss/>"), "this is not OPML: its root element is <rss>");
  EXPECT_THAT(complaint("not xml"), HasSubstr("not OPML"));
  EXPECT_THAT(complaint("<opml><body><outline text='a'/></body></opml>"), HasSubstr("no feed"));
  EXPECT_THAT(complaint("<opml><outline xmlUrl='https://a.example/'/><outli"), HasSubstr("torn"));
  EXPECT_NE(
      complaint("<!DOCTYPE o [<!ENTITY a 'b'>]><opml><outline xmlUrl='https://&a;/'/></opml>"), "");
  std::string deep = "<opml>";
  for (int i = 0; i < 300; ++i) {
    deep += "<outline>";
  }
  EXPECT_THAT(complaint(deep), HasSubstr("nested deeper"));
}

TEST(Opml, TakesSoManyFeedsAndNoMore) {
  std::string list = "<opml>";
  for (std::size_t i = 0; i <= kMaxOpmlFeeds; ++i) {
    list += "<outline xmlUrl='https://a.example/" + std::to_string(i) + "'/>";
  }
  EXPECT_THAT(complaint(list + "</opml>"), HasSubstr("more than 10000 feeds"));
}

}  // namespace
}  // namespace vigie
