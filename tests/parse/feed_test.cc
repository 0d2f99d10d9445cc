#include "engine/parse/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "engine/parse/canonical.h"
#include "tests/parse/collected.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using enum RejectReason;

constexpr std::string_view kFeedUrl = "https://ville.example/actus/feed.xml";

std::unique_ptr<Collected> read(std::string_view bytes) {
  auto collected = std::make_unique<Collected>();
  Origin origin;
  origin.base_url = kFeedUrl;
  collect(*make_feed_mapping(), bytes, origin, *collected);
  return collected;
}

std::string rss(std::string_view items, std::string_view prolog = "") {
  return std::string(R"(<?xml version="1.0"?>)") + std::string(prolog) +
         R"(<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/")"
         R"( xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Actus</title><language>fr-fr</language>)" +
         std::string(items) + "</channel></rss>";
}

TEST(Feed, ReadsRss) {
  const auto got = read(rss(R"(<item><title>Fuite &amp; coupure d'eau</title><link>/actus/42</link>
    <description>&lt;p&gt;Rue de l'&lt;b&gt;&amp;Eacute;glise&lt;/b&gt;&lt;/p&gt;</description>
    <guid isPermaLink="false">ville-42</guid><pubDate>Wed, 14 Oct 2026 08:13:50 +0200</pubDate>
    <dc:creator>Lucie M.</dc:creator></item>
    <item><title>Deux</title><guid>https://ville.example/actus/43</guid>
    <content:encoded><![CDATA[<p>Le <i>texte</i> entier.</p><p>Suite.</p>]]></content:encoded>
    <description>court</description><author>jean@example.org (Jean Martin)</author></item>)"));
  ASSERT_THAT(got->ids(), ElementsAre("ville-42", "https://ville.example/actus/43"));
  EXPECT_THAT(got->rejects, IsEmpty());
  const Mention& first = (*got)[0];
  EXPECT_EQ(first.source, kFeedUrl);
  EXPECT_EQ(first.title, "Fuite & coupure d'eau");
  EXPECT_EQ(first.text, "Rue de l'Église");
  EXPECT_EQ(first.url, "https://ville.example/actus/42");
  EXPECT_EQ(first.language, "fr-fr");
  EXPECT_EQ(first.author.name, "Lucie M.");
  EXPECT_EQ(format_time(first.created_at), "2026-10-14T06:13:50Z");
  EXPECT_EQ(first.version.edited_at_us, first.created_at.time_since_epoch().count());
  const Mention& second = (*got)[1];
  EXPECT_EQ(second.text, "Le texte entier.\nSuite.");
  EXPECT_EQ(second.url, "https://ville.example/actus/43");
  EXPECT_EQ(second.author.name, "Jean Martin");
  EXPECT_EQ(second.author.id, "jean@example.org");
}

TEST(Feed, ReadsAtom) {
  const auto got = read(
      R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://blog.example/">
    <title>Blog</title><author><name>La rédaction</name></author>
    <entry><id>tag:blog.example,2026:1</id><title type="text">1 &lt; 2</title>
      <link rel="self" href="self/1"/><link href="billets/1"/>
      <published>2026-10-14T06:00:00Z</published><updated>2026-10-15T06:00:00Z</updated>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un &lt;b&gt; &amp; <em>deux</em></p><p>trois</p></div></content>
      <summary>court</summary><source><id>other</id><title>other</title></source></entry>
    <entry><id>2</id><title type="html">&lt;b&gt;Gras&lt;/b&gt;</title><summary>&lt;b&gt;pas du HTML</summary>
      <author><name>Paul</name><uri>https://paul.example/</uri></author><updated>2026-10-15T06:00:00Z</updated></entry>
    </feed>)");
  ASSERT_THAT(got->ids(), ElementsAre("tag:blog.example,2026:1", "2"));
  const Mention& first = (*got)[0];
  EXPECT_EQ(first.title, "1 < 2");
  EXPECT_EQ(first.text, "Un <b> & deux\ntrois");
  EXPECT_EQ(first.url, "https://blog.example/billets/1");
  EXPECT_EQ(first.author.name, "La rédaction");
  EXPECT_EQ(first.language, "fr");
  EXPECT_EQ(format_time(first.created_at), "2026-10-14T06:00:00Z");
  EXPECT_GT(first.version.edited_at_us, first.created_at.time_since_epoch().count());
  EXPECT_EQ((*got)[1].title, "Gras");
  EXPECT_EQ((*got)[1].text, "<b>pas du HTML");
  EXPECT_EQ((*got)[1].author.id, "https://paul.example/");
  EXPECT_EQ(format_time((*got)[1].created_at), "2026-10-15T06:00:00Z");
}

TEST(Feed, ReadsRdf) {
  const auto got = read(R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>C</title></channel>
    <item rdf:about="https://a.example/1"><title>Un</title><link>https://a.example/1</link><dc:date>2026-10-14</dc:date></item></rdf:RDF>)");
  ASSERT_THAT(got->ids(), ElementsAre("https://a.example/1"));
  EXPECT_EQ((*got)[0].title, "Un");
  EXPECT_EQ(format_time((*got)[0].created_at), "2026-10-14T00:00:00Z");
}

TEST(Feed, ReadsJsonFeed) {
  const auto got =
      read(R"({"version":"https://jsonfeed.org/version/1.1","title":"x","language":"fr",
    "authors":[{"name":"La rédaction"}],"items":[
    {"id":7,"url":"/sept","title":"Sept","content_html":"<p>Le <b>sept</b></p>","date_published":"2026-10-14T06:00:00Z"},
    "pas un objet",
    {"id":"8","content_text":"a < b","date_modified":"2026-10-15T06:00:00Z","author":{"name":"Paul","url":"https://paul.example"}}]})");
  ASSERT_THAT(got->ids(), ElementsAre("7", "8"));
  EXPECT_THAT(got->reasons(), ElementsAre(kInvalidField));
  EXPECT_EQ((*got)[0].text, "Le sept");
  EXPECT_EQ((*got)[0].url, "https://ville.example/sept");
  EXPECT_EQ((*got)[0].author.name, "La rédaction");
  EXPECT_EQ((*got)[0].language, "fr");
  EXPECT_EQ((*got)[1].text, "a < b");
  EXPECT_EQ((*got)[1].author.name, "Paul");
}

TEST(Feed, ATombstoneIsADeletion) {
  const auto got = read(
      R"(<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
    <at:deleted-entry ref="yt:video:ID" when="2026-10-14T06:00:00Z"><link href="x"/></at:deleted-entry></feed>)");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_TRUE((*got)[0].deleted);
  EXPECT_EQ((*got)[0].id, "yt:video:ID");
  EXPECT_GT((*got)[0].version.edited_at_us, 0);
}

TEST(Feed, WithoutAnIdTheLinkThenAHashNamesTheItem) {
  const std::string feed = rss(
      "<item><title>A</title><link>https://a.example/x</link></item><item><title>B</title></item>");
  const auto first = read(feed);
  const auto again = read(feed);
  ASSERT_EQ(first->kept.size(), 2u);
  EXPECT_EQ((*first)[0].id, "https://a.example/x");
  EXPECT_EQ((*first)[1].id, "hash:35c6ad20b46b91e5") << "stored ids must not change";
  EXPECT_EQ(first->ids(), again->ids());
}

TEST(Feed, OnlyWebLinksAreKept) {
  const auto got = read(rss(
      "<item><title>A</title><guid "
      "isPermaLink='false'>1</guid><link>javascript:alert(1)</link></item>"
      "<item><title>B</title><guid isPermaLink='false'>2</guid><link>../autre?x=1</link></item>"));
  EXPECT_EQ((*got)[0].url, "");
  EXPECT_EQ((*got)[1].url, "https://ville.example/autre?x=1");
}

TEST(Feed, AnEmptyFeedIsNeitherMentionNorReject) {
  for (const std::string& empty :
       {rss(""), std::string("<feed xmlns='http://www.w3.org/2005/Atom'/>"),
        std::string(R"({"version":"https://jsonfeed.org/version/1","items":[]})"),
        "\n  " + rss("")}) {
    const auto got = read(empty);
    EXPECT_THAT(got->kept, IsEmpty()) << empty;
    EXPECT_THAT(got->rejects, IsEmpty()) << empty << got->rejects[0].detail;
  }
}

TEST(Feed, ReadsFeedsThatBreakTheRules) {
  const auto got =
      read("\xef\xbb\xbf \n" + rss("<item><title>Caf&eacute;&nbsp;& th\xe9 <b>gras</title>"
                                   "<dc:date>2026-10-14</dc:date><foo:bar>x</foo:bar></item>"));
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_THAT(std::string((*got)[0].title), HasSubstr("Café\u00a0"));
  const auto latin = read(
      "<?xml version='1.0' "
      "encoding='ISO-8859-1'?><rss><channel><item><title>\xc9t\xe9</title></item></channel></rss>");
  ASSERT_EQ(latin->kept.size(), 1u);
  EXPECT_EQ((*latin)[0].title, "Été");
}

TEST(Feed, AnItemWithoutWordsIsHandedOnWithTheFieldsItHas) {
  const auto got = read(rss(
      "<item><guid>1</guid><link>/a</link></item><item><title>ok</title><guid>2</guid></item>"));
  EXPECT_THAT(got->ids(), ElementsAre("1", "2"));
  EXPECT_EQ((*got)[0].url, "https://ville.example/a");
  EXPECT_EQ(std::string((*got)[0].title) + std::string((*got)[0].text), "");
  EXPECT_THAT(got->rejects, IsEmpty());
}

TEST(Feed, ATornFeedGivesWhatIsWholeAndSaysSo) {
  const std::string whole =
      rss("<item><title>a</title><guid>1</guid></item><item><title>b</title><guid>2</guid></item>");
  const auto got = read(whole.substr(0, whole.find("<guid>2")));
  EXPECT_THAT(got->ids(), ElementsAre("1"));
  EXPECT_THAT(got->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(got->rejects[0].detail, HasSubstr("torn"));
}

TEST(Feed, RejectsWhatIsNoFeed) {
  EXPECT_THAT(read("")->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(read("hello")->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(read("<html><body>404</body></html>")->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(read("<!DOCTYPE html><html>")->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(read("{\"items\":[]}")->reasons(), ElementsAre(kMalformed));
  EXPECT_THAT(read("{\"version\":")->reasons(), ElementsAre(kMalformed));
}

TEST(Feed, RefusesDeclaredEntities) {
  const std::string bomb =
      R"(<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>)";
  const auto got = read(rss("<item><title>&c;</title></item>", bomb));
  EXPECT_THAT(got->kept, IsEmpty());
  EXPECT_THAT(got->reasons(), ElementsAre(kUnsafe));
}

TEST(Feed, NeverReadsFilesNorAddresses) {
  const std::string path = testing::TempDir() + "vigie_feed_secret";
  std::ofstream(path) << "SECRET";
  for (const std::string& doctype :
       {"<!DOCTYPE rss [<!ENTITY x SYSTEM \"file://" + path + "\">]>",
        "<!DOCTYPE rss [<!ENTITY % x SYSTEM \"file://" + path + "\"> %x;]>",
        "<!DOCTYPE rss SYSTEM \"file://" + path + "\">"}) {
    const auto got = read(rss("<item><title>a&x;b</title></item>", doctype));
    for (const KeptMention& one : got->kept) {
      EXPECT_THAT(std::string(one.mention.title), testing::Not(HasSubstr("SECRET")));
    }
  }
  std::filesystem::remove(path);
}

TEST(Feed, AcceptsTheHarmlessDoctypeOfRss091) {
  const auto got = read(rss(
      "<item><title>a</title></item>",
      R"(<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">)"));
  EXPECT_EQ(got->kept.size(), 1u);
  EXPECT_THAT(got->rejects, IsEmpty());
}

TEST(Feed, StopsAtNestingWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<a>";
  }
  const auto got = read(rss("<item><title>ok</title></item><item>" + deep));
  EXPECT_EQ(got->kept.size(), 1u);
  EXPECT_THAT(got->reasons(), ElementsAre(kTooDeep));
  const auto json =
      read(R"({"version":"https://jsonfeed.org/version/1","items":)" + std::string(100'000, '['));
  EXPECT_THAT(json->kept, IsEmpty());
  EXPECT_EQ(json->rejects.size(), 1u);
}

/// `text` as UTF-16, little-endian, with its byte order mark. ASCII only.
std::string utf16(std::string_view text) {
  std::string wide = "\xff\xfe";
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

/// `count` attributes, each before a blank.
std::string attributes(std::size_t count, const std::string& prefix = " a") {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += prefix + std::to_string(i) + " = '>'";
  }
  return all;
}

TEST(Feed, RefusesAnXmlTagOfAttributesWithoutEnd) {
  const auto feed = [](std::size_t count) {
    return "<rss><channel><item" + attributes(count) + "><title>ok</title></item></channel></rss>";
  };
  EXPECT_EQ(read(feed(256))->kept.size(), 1u);
  EXPECT_EQ(read(utf16(feed(256)))->kept.size(), 1u);
  for (const std::string& bytes : {feed(257), feed(200'000), utf16(feed(257)),
                                   "<!-- <a b=\"--><![CDATA[ <a b=\" ]]>" + feed(257)}) {
    const auto got = read(bytes);
    EXPECT_THAT(got->kept, IsEmpty());
    ASSERT_THAT(got->reasons(), ElementsAre(kTooLong));
    EXPECT_THAT(got->rejects[0].detail, HasSubstr("256 attributes"));
  }
}

TEST(Feed, RefusesNamespacesWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 10; ++i) {
    deep += "<item" + attributes(50, " xmlns:n" + std::to_string(i) + "x") + ">";
  }
  const auto got = read("<rss><channel>" + deep + "<title>ok</title>");
  EXPECT_THAT(got->kept, IsEmpty());
  ASSERT_THAT(got->reasons(), ElementsAre(kTooLong));
  EXPECT_THAT(got->rejects[0].detail, HasSubstr("namespaces"));
}

TEST(Feed, CountsWhatAnEncodingHides) {
  const auto feed = [](std::size_t count) {
    return "<?xml version='1.0' encoding='UTF-7'?><rss><channel>+ADw-item" + attributes(count) +
           "+AD4APA-title+AD4-ok+ADw-/title+AD4APA-/item+AD4-</channel></rss>";
  };
  EXPECT_THAT(read(feed(1))->kept.size(), 1u);
  EXPECT_THAT(read(feed(257))->reasons(), ElementsAre(kTooLong));
}

TEST(Feed, AWideDocumentStaysWide) {
  const std::string item = "<rss><channel><item" + attributes(1000) + "><title>a</title></item>";
  const auto got = read(utf16("<?xml version='1.0' encoding='latin1'?>") + item);
  EXPECT_THAT(got->kept, IsEmpty());
  EXPECT_THAT(got->rejects.size(), 1u);
}

TEST(Feed, ReadsTheEncodingsOfTheWeb) {
  for (const std::string encoding :
       {"UTF-8", "us-ascii", "ISO-8859-15", "windows-1252", "windows-1251", "KOI8-R", "macintosh",
        "Shift_JIS", "EUC-JP", "ISO-2022-JP", "GB2312", "GB18030", "Big5", "EUC-KR"}) {
    const auto got = read("<?xml version='1.0' encoding='" + encoding +
                          "'?><rss><channel><item><title>ok</title></item></channel></rss>");
    EXPECT_EQ(got->kept.size(), 1u) << encoding;
  }
}

TEST(Feed, ReadsAFeedWhateverItSaysItsEncodingIs) {
  const auto title = [](std::string_view declared, std::string_view written) {
    const auto got = read("<?xml version='1.0' encoding='" + std::string(declared) +
                          "'?><rss><channel><item><title>" + std::string(written) +
                          "</title></item></channel></rss>");
    return got->kept.empty() ? std::string() : std::string((*got)[0].title);
  };
  EXPECT_EQ(title("utf-8", "Mairie d\x92\xc9pinal, h\xc3\xa9las"), "Mairie d’Épinal, hélas");
  EXPECT_EQ(title("iso-8859-1", "h\xc3\xa9las"), "hélas") << "it is UTF-8";
  EXPECT_EQ(title("iso-8859-1", "10 \x80"), "10 €");
  EXPECT_EQ(title("cp437", "\x82t\x82"), "été");
  EXPECT_EQ(title("IBM037", "été"), "été") << "it would not be readable";
  EXPECT_EQ(title("utf-16", "été"), "été");
  EXPECT_EQ(title("klingon", "été"), "été");
  EXPECT_EQ(title("../../etc/passwd", "été"), "été");
}

TEST(Feed, ReferencesMeanWhatTheirWriterMeant) {
  const auto got =
      read(rss("<item><title>d&#146;eau &eacute;t&#233; &#x1F600; &nimporte; 1 < 2 & R&D</title>"
               "<link>https://a.example/?x=1&copy=2&amp;y=&#233;</link>"
               "<description>a &#1114112; &#0; b\x0b.</description></item>"));
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].title, "d’eau été 😀 &nimporte; 1 < 2 & R&D");
  EXPECT_EQ((*got)[0].url, "https://a.example/?x=1&copy=2&y=é");
  EXPECT_EQ((*got)[0].text, "a \ufffd \ufffd b.");
  const auto attribute = read(
      "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>a</title><link "
      "href='https://a.example/?a=1&amp;b=2&c=&eacute;'/></entry></feed>");
  EXPECT_EQ((*attribute)[0].url, "https://a.example/?a=1&b=2&c=é");
}

TEST(Feed, PassesOverTheNamesThatOldFeedsBorrowFromXhtml) {
  const auto got =
      read(rss("<item><title>L&eacute;rouville</title></item>",
               "<!DOCTYPE rss [<!ENTITY % Latin PUBLIC \"-//W3C//ENTITIES Latin 1 for XHTML//EN\" "
               "\"http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent\"> %Latin; ]>"));
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].title, "Lérouville");
}

TEST(Feed, AddressesAreRelativeToTheNearestBase) {
  const auto got = read(
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/blog/'>"
      "<entry xml:base='2026/'><title>a</title><link href='a' xml:base='10/'/></entry>"
      "<entry><title>b</title><link href='b'/></entry></feed>");
  ASSERT_EQ(got->kept.size(), 2u);
  EXPECT_EQ((*got)[0].url, "https://ville.example/blog/2026/10/a");
  EXPECT_EQ((*got)[1].url, "https://ville.example/blog/b");
}

TEST(Feed, TakesTheWordsWhereverTheyAre) {
  const auto got = read(
      "<RSS xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd' "
      "xmlns:m='http://search.yahoo.com/mrss/' xmlns:dc=' http://purl.org/dc/elements/1.1/ '>"
      "<Channel><Item><dc:Title>Conseil</dc:Title><itunes:summary>Le budget</itunes:summary>"
      "<itunes:author>Radio</itunes:author><GUID>1</GUID></Item>"
      "<item><author>Jean &lt;jean@a.example&gt;</author><dc:creator>autre</dc:creator>"
      "<m:group><m:title>Photo</m:title><m:description>La place</m:description></m:group></item>"
      "<item><title>x</title><body xmlns='http://www.w3.org/1999/xhtml'><p>Un <b>corps</b></p>"
      "</body></item></Channel></RSS>");
  ASSERT_EQ(got->kept.size(), 3u);
  EXPECT_EQ((*got)[0].title, "Conseil");
  EXPECT_EQ((*got)[0].text, "Le budget");
  EXPECT_EQ((*got)[0].author.name, "Radio");
  EXPECT_EQ((*got)[1].title, "Photo");
  EXPECT_EQ((*got)[1].text, "La place");
  EXPECT_EQ((*got)[1].author.name, "Jean");
  EXPECT_EQ((*got)[1].author.id, "jean@a.example");
  EXPECT_EQ((*got)[2].text, "Un corps");
}

TEST(Feed, ReadsBase64) {
  const auto got = read(
      "<feed xmlns='http://purl.org/atom/ns#'><entry><title mode='base64' type='text/html'>"
      "PGI+w6l0w6k8L2I+</title><content type='image/png'>iVBORw0KGgo=</content></entry></feed>");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].title, "été");
  EXPECT_EQ((*got)[0].text, "");
}

TEST(Feed, LongEscapedMarkupIsNoTag) {
  std::string links;
  for (int i = 0; i < 1000; ++i) {
    links += "&lt;a href=\"x\" title='y'&gt;z&lt;/a&gt; ";
  }
  EXPECT_EQ(read(rss("<item><description>" + links + "</description></item>"))->kept.size(), 1u);
}

TEST(Feed, WhatAJsonFeedSaysOnceHoldsForAllItsItems) {
  std::string feed = R"({"version":"https://jsonfeed.org/version/1.1")";
  for (int i = 0; i < 20'000; ++i) {
    feed += ",\"_" + std::to_string(i) + "\":0";
  }
  feed += R"(,"language":"fr","authors":[{"name":"La mairie"}],"items":[)";
  for (int i = 0; i < 20'000; ++i) {
    feed += R"({"content_text":"x","id":)" + std::to_string(i) + "},";
  }
  const auto got = read(feed + R"({"content_text":"x","id":"last","language":"oc","author":{}}]})");
  EXPECT_THAT(got->reasons(), ElementsAre(kTooLong)) << "one item too many";
  ASSERT_EQ(got->kept.size(), 20'000u);
  for (const KeptMention& one : got->kept) {
    ASSERT_EQ(one.mention.language, "fr");
    ASSERT_EQ(one.mention.author.name, "La mairie");
  }
}

TEST(Feed, BoundsAnItemsText) {
  const auto got =
      read(rss("<item><title>a</title><description>" + std::string(2 << 20, 'x') +
               "</description></item><item><title>" + std::string(kMaxTextBytes + 1, 'y') +
               "</title></item><item><title>ok</title><guid>3</guid></item>"));
  EXPECT_THAT(got->ids(), ElementsAre("3"));
  EXPECT_THAT(got->reasons(), ElementsAre(kTooLong, kTooLong));
}

TEST(Feed, AnyBytesEndWell) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string whole =
      rss("<item><title>a &amp; b</title><link>x</link><description><![CDATA[<p>c]]></description>"
          "<author>a (b)</author><guid>1</guid><pubDate>14 Oct 2026</pubDate></item>");
  const auto mapping = make_feed_mapping();
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = whole;
    for (auto changes = random() % 6; changes != 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    Collected got;
    collect(*mapping, bytes.substr(0, random() % (bytes.size() + 1)), Origin{}, got);
  }
}

TEST(Feed, TwoThreadsReadAtOnce) {
  const std::string feed = rss("<item><title>a &eacute;</title><link>x</link></item>");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(read(feed)->kept.size(), 1u);
      }
    });
  }
}

}  // namespace
}  // namespace vigie
