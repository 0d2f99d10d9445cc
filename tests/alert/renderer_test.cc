#include "engine/alert/renderer.h"
#include "engine/alert/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/alert/judged.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kUrl = "https://vigie.example";

Alert water_alert() {
  Alert alert;
  alert.incident = "eau@2026-10-14T06:14:02Z";
  alert.tenant = "techniville";
  alert.tenant_name = "Techniville";
  alert.language = "fr";
  alert.time_zone = "Europe/Paris";
  alert.subject = "eau";
  alert.headline = "Eau du robinet impropre";
  alert.topic = "eau";
  alert.mention = "20740-12";
  alert.source = "mastodon";
  alert.url = "https://example.org/195553";
  alert.place = "rue Verrerie";
  alert.title = "Alerte";
  alert.quote = "Un bébé malade après avoir bu l'eau";
  alert.marks = {{3, 16}};
  alert.reasons = {{"urgence.malade", "Personne malade", "bébé malade", 620}};
  alert.ruleset = "00c0ffee00c0ffee";
  alert.created_at = at("2026-10-14T06:13:50.25Z");
  alert.received_at = at("2026-10-14T06:14:02Z");
  alert.raised_at = at("2026-10-14T06:14:03Z");
  alert.deadline_at = at("2026-10-14T08:14:03Z");
  return alert;
}

Message rendered(const Alert& alert) { return render(alert, 7, "mail", kUrl); }

bool has_control(std::string_view text, std::string_view allowed = {}) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 || byte == 0x7f) && allowed.find(c) == std::string_view::npos;
  });
}

TEST(Renderer, SaysWhatWhyHowFreshAndWhereToGo) {
  const Message message = rendered(water_alert());
  EXPECT_EQ(message.subject, "[URGENT] Eau du robinet impropre – Techniville");
  for (const std::string* body : {&message.text, &message.html}) {
    for (const char* part :
         {"[URGENT] Eau du robinet impropre – Techniville", "1 mention urgente", "Alerte",
          "mastodon", "rue Verrerie", "Personne malade : « bébé malade »",
          "Publié le 14 oct. à 8 h 13", "reçu le 14 oct. à 8 h 14", "alerté le 14 oct. à 8 h 14",
          "échéance 10:14", "Règles : urgence.malade 620 · 00c0ffee00c0ffee",
          "https://example.org/195553", "https://vigie.example/#/techniville/mention/20740-12"}) {
      EXPECT_THAT(*body, HasSubstr(part));
    }
  }
  EXPECT_THAT(message.text, HasSubstr("« Un bébé malade après avoir bu l'eau »"));
  EXPECT_THAT(message.html, HasSubstr("Un <mark>bébé malade</mark> après"));
  EXPECT_THAT(message.html, HasSubstr("href=\"https://example.org/195553\""));
  EXPECT_THAT(message.slack, HasSubstr("> Un *bébé malade* après"));
  EXPECT_THAT(message.mattermost, HasSubstr("> Un **bébé malade** après"));
  for (const std::string* brief : {&message.slack, &message.mattermost}) {
    EXPECT_THAT(*brief, HasSubstr("échéance 10:14"));
    EXPECT_THAT(*brief, HasSubstr("https://vigie.example/#/techniville/mention/20740-12"));
  }
}

TEST(Renderer, ADeadlineOnAnotherDayNamesIt) {
  Alert alert = water_alert();
  alert.deadline_at = at("2026-10-15T07:00:00Z");
  const Message message = rendered(alert);
  EXPECT_THAT(message.text, HasSubstr("échéance le 15 oct. à 9 h 00"));
  EXPECT_EQ(message.facts.at("deadline"), "échéance le 15 oct. à 9 h 00");
  alert.language = "en";
  EXPECT_THAT(rendered(alert).text, HasSubstr("due on 15 Oct at 09:00"));
}

TEST(Renderer, SpeaksFrenchAndEnglish) {
  Alert alert = water_alert();
  alert.mentions = 3;
  alert.level = Urgency::kCritical;
  alert.news = News::kRisen;
  const Message french = rendered(alert);
  EXPECT_EQ(french.subject, "[CRITIQUE] Eau du robinet impropre – Techniville");
  for (const char* words :
       {"3 mentions urgentes", "La situation s'aggrave.", "Pourquoi :\n", "Publié", "reçu",
        "alerté", "Lieu : rue", "Ouvrir dans Vigie : ", "« Un bébé"}) {
    EXPECT_THAT(french.text, HasSubstr(words));
  }
  EXPECT_THAT(french.html, HasSubstr("lang=\"fr\""));
  alert.language = "en";
  const Message english = rendered(alert);
  EXPECT_EQ(english.subject, "[CRITICAL] Eau du robinet impropre – Techniville");
  for (const char* words : {"3 urgent mentions", "The situation is getting worse.", "Why:\n",
                            "Published on 14 Oct at 08:13", "received", "alerted", "due 10:14",
                            "Place: rue", "Open in Vigie: ", "“Un bébé"}) {
    EXPECT_THAT(english.text, HasSubstr(words));
    EXPECT_THAT(french.text, Not(HasSubstr(words)));
  }
  EXPECT_THAT(english.html, HasSubstr("lang=\"en\""));
}

TEST(Renderer, TheEndOfAnIncidentSaysHowMuchItWas) {
  Alert last = water_alert();
  Raise closed;
  closed.incident = last.incident;
  closed.level = Urgency::kCritical;
  closed.news = News::kClosed;
  closed.mentions = 14;
  closed.stories = 3;
  closed.authors = 9;
  closed.opened_at = at("2026-10-14T06:14:02Z");
  closed.last_at = at("2026-10-15T15:02:00Z");
  const Message message = rendered(describe_end(last, closed, at("2026-10-15T21:02:01Z")));
  EXPECT_EQ(message.subject, "[TERMINÉ] Eau du robinet impropre – Techniville");
  for (const std::string* body :
       {&message.text, &message.html, &message.slack, &message.mattermost}) {
    for (const char* part : {"urgent à ce sujet", "14 mentions urgentes, 9 auteurs, 3 histoires",
                             "le 14 oct. à 8 h 14 – le 15 oct. à 17 h 02",
                             "https://vigie.example/#/techniville/mention/20740-12"}) {
      EXPECT_THAT(*body, HasSubstr(part));
    }
    EXPECT_THAT(*body, Not(HasSubstr("bébé"))) << "nobody is quoted once it is over";
  }
}

TEST(Renderer, WithoutAnAddressOfTheScreensThereIsNoLink) {
  const Message message = render(water_alert(), 7, "mail", "");
  EXPECT_THAT(message.text, Not(HasSubstr("Ouvrir")));
  EXPECT_THAT(message.html, Not(HasSubstr("/#/")));
  EXPECT_THAT(message.slack + message.mattermost, Not(HasSubstr("http")));
}

TEST(Renderer, NothingForeignBeginsALineOrAHeader) {
  const std::string evil = "x\r\nBcc: evil@example.org\r\n\r\n\x01<forged>\v";
  Alert alert = water_alert();
  for (std::string* field : {&alert.tenant_name, &alert.headline, &alert.title, &alert.source,
                             &alert.place, &alert.quote, &alert.ruleset}) {
    *field = evil;
  }
  alert.marks = {{1, 6}};
  alert.reasons = {{evil, evil, evil, 1}};
  const Message message = rendered(alert);
  EXPECT_FALSE(has_control(message.subject)) << message.subject;
  EXPECT_FALSE(has_control(message.text, "\n"));
  EXPECT_FALSE(has_control(message.html, "\n"));
  EXPECT_FALSE(has_control(message.slack, "\n"));
  EXPECT_FALSE(has_control(message.mattermost, "\n"));
  EXPECT_FALSE(has_control(message.json));
  for (const std::string* body : {&message.text, &message.slack, &message.mattermost}) {
    EXPECT_THAT(*body, Not(HasSubstr("\nBcc")));
    EXPECT_THAT(*body, Not(HasSubstr("\n ")));
  }
  for (const std::string* brief : {&message.slack, &message.mattermost}) {
    EXPECT_EQ(std::ranges::count(*brief, '\n'), 5);
  }
}

TEST(Renderer, UnicodeLineEndsEndNoLineEither) {
  Alert alert = water_alert();
  alert.quote = "a\u2028- règle forgée\u2029b\u0085c";
  alert.marks.clear();
  for (const std::string& body :
       {rendered(alert).text, rendered(alert).slack, rendered(alert).mattermost}) {
    EXPECT_THAT(body, Not(HasSubstr("\u2028")));
    EXPECT_THAT(body, Not(HasSubstr("\u2029")));
    EXPECT_THAT(body, Not(HasSubstr("\u0085")));
  }
}

TEST(Renderer, MarkUpOfStrangersStaysText) {
  const std::string evil = "\"><script>alert('x')</script><img src=x onerror=y>&amp;";
  Alert alert = water_alert();
  for (std::string* field : {&alert.tenant_name, &alert.headline, &alert.title, &alert.source,
                             &alert.place, &alert.quote, &alert.ruleset, &alert.mention}) {
    *field = evil;
  }
  alert.url = "https://example.org/" + evil;
  alert.marks = {{2, 10}};
  alert.reasons = {{evil, evil, evil, 1}};
  const std::string html = rendered(alert).html;
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("\">&lt;\"")));
  EXPECT_THAT(html, HasSubstr("<mark>&lt;script&gt;</mark>"));
  EXPECT_THAT(html, HasSubstr("&amp;amp;"));
  EXPECT_THAT(html, HasSubstr("href=\"https://example.org/&quot;&gt;&lt;script&gt;"));
}

TEST(Renderer, OnlyLinksOfTheWebAreLinks) {
  Alert alert = water_alert();
  for (const char* url : {"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "",
                          " https://example.org"}) {
    alert.url = url;
    EXPECT_THAT(rendered(alert).html, Not(HasSubstr("Original"))) << url;
  }
}

TEST(Renderer, DirectionalControlsCannotTurnOurWordsAround) {
  Alert alert = water_alert();
  for (const char* control : {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067",
                              "\u2068", "\u2069", "\u200E", "\u200F", "\u061C"}) {
    const std::string evil = std::string("a") + control + "b";
    for (std::string* field : {&alert.tenant_name, &alert.headline, &alert.title, &alert.source,
                               &alert.place, &alert.quote}) {
      *field = evil;
    }
    alert.url = "https://example.org/" + evil;
    alert.marks = {{1, static_cast<std::uint32_t>(evil.size())}};
    alert.reasons = {{evil, evil, evil, 1}};
    const Message message = rendered(alert);
    for (const std::string* part :
         {&message.subject, &message.text, &message.html, &message.slack, &message.mattermost}) {
      EXPECT_THAT(*part, Not(HasSubstr(control)));
      EXPECT_THAT(*part, HasSubstr("ab"));
    }
  }
}

TEST(Renderer, ChatsSeeNoMarkUpOfStrangers) {
  Alert alert = water_alert();
  alert.quote = "<!channel> gras *x* [lien](https://evil.example) `code` ~~x~~ | # > & \\";
  alert.marks = {{11, 15}};
  const Message message = rendered(alert);
  EXPECT_THAT(message.slack, HasSubstr("> &lt;!channel&gt; *gras* *x* [lien](https:"));
  EXPECT_THAT(message.slack, HasSubstr("`code` ~~x~~ | # &gt; &amp; \\")) << "Slack has no escapes";
  EXPECT_THAT(message.mattermost,
              HasSubstr(R"(> &lt;\!channel&gt; **gras** \*x\* \[lien\]\(https:)"));
  EXPECT_THAT(message.mattermost, HasSubstr(R"(\`code\` \~\~x\~\~ \| \# &gt; &amp; \\)"));
}

TEST(Renderer, ChatsCallNobody) {
  Alert alert = water_alert();
  for (std::string* field : {&alert.tenant_name, &alert.headline, &alert.source, &alert.quote}) {
    *field = "x @here @channel @all <!here> <@U123>";
  }
  const Message message = rendered(alert);
  for (const std::string* brief : {&message.slack, &message.mattermost}) {
    for (const char* call : {"@here", "@channel", "@all", "<!here>", "<@U123>"}) {
      EXPECT_THAT(*brief, Not(HasSubstr(call)));
    }
  }
}

TEST(Renderer, MaskedHandlesAreShort) {
  Alert alert = water_alert();
  alert.quote = "Merci @*********** et @** !";
  alert.marks.clear();
  const Message message = rendered(alert);
  EXPECT_THAT(message.text, HasSubstr("« Merci @… et @… ! »"));
  EXPECT_THAT(message.html, HasSubstr("Merci @… et @… !"));
  EXPECT_THAT(message.slack, Not(HasSubstr("**")));
}

TEST(Renderer, GuillemetsAreNotDoubled) {
  Alert alert = water_alert();
  alert.quote = "« Ne buvez pas »";
  alert.marks.clear();
  EXPECT_THAT(rendered(alert).text, HasSubstr("« “Ne buvez pas” »"));
}

TEST(Renderer, AFeedIsCalledByItsSite) {
  Alert alert = water_alert();
  alert.source = "https://journal.example/rss/une.xml?x=1";
  EXPECT_THAT(rendered(alert).text, HasSubstr("\njournal.example\n"));
  EXPECT_THAT(rendered(alert).html, Not(HasSubstr("une.xml")));
}

TEST(Renderer, TimesAreTheTowns) {
  Alert alert = water_alert();
  alert.created_at = at("2025-12-31T21:05:00Z");
  alert.time_zone = "Indian/Reunion";
  EXPECT_THAT(rendered(alert).text,
              HasSubstr("Publié le 1 janv. à 1 h 05, reçu le 14 oct. à 10 h 14"));
  alert.time_zone = "Europe/Paris";
  EXPECT_THAT(rendered(alert).text, HasSubstr("Publié le 31 déc. 2025 à 22 h 05"));
  alert.time_zone = "";
  EXPECT_THAT(rendered(alert).text, HasSubstr("à 21 h 05 UTC"));
}

TEST(Renderer, AnAlertOfAnEarlierVersionHasNoDeadlineAndItsSubjectAsHeadline) {
  Alert alert = water_alert();
  alert.headline.clear();
  alert.deadline_at = {};
  const Message message = rendered(alert);
  EXPECT_EQ(message.subject, "[URGENT] eau – Techniville");
  EXPECT_THAT(message.text + message.slack, Not(HasSubstr("échéance")));
}

TEST(Renderer, MarksThatLieElsewhereHarmNothing) {
  Alert alert = water_alert();
  alert.quote = "abcdef";
  alert.marks = {{4, 2}, {1, 3}, {2, 4}, {5, 99}, {4'000'000'000, 4'000'000'001}};
  EXPECT_THAT(rendered(alert).html, HasSubstr("a<mark>bc</mark>def"));
}

TEST(Renderer, TheSameAlertAndReceiverHaveTheSameKeyAlways) {
  const Alert alert = water_alert();
  EXPECT_EQ(render(alert, 7, "mail", kUrl).idempotency_key,
            render(alert, 7, "mail", "").idempotency_key);
  EXPECT_NE(render(alert, 7, "mail", kUrl).idempotency_key,
            render(alert, 7, "chat", kUrl).idempotency_key);
  EXPECT_NE(render(alert, 7, "mail", kUrl).idempotency_key,
            render(alert, 8, "mail", kUrl).idempotency_key);
}

TEST(Renderer, TheObjectCarriesNumberLinkAndTheWholeAlert) {
  const std::string json = rendered(water_alert()).json;
  EXPECT_THAT(json, HasSubstr("\"number\":7"));
  EXPECT_THAT(json, HasSubstr("\"link\":\"https://vigie.example/#/techniville/mention/20740-12\""));
  EXPECT_THAT(json, HasSubstr("\"alert\":" + to_json(water_alert())));
}

TEST(Renderer, SaysWhatCannotBeSeenNow) {
  const std::vector<BlindSource> blind = {{"facebook", at("2026-10-14T05:50:00Z")},
                                          {"x", at("2026-10-12T05:50:00Z")}};
  const Message message = render(water_alert(), 7, "mail", kUrl, {}, {}, blind);
  const std::string said =
      "Couverture : facebook aveugle depuis 07:50, x aveugle depuis le 12 oct. à 7 h 50";
  for (const std::string* body :
       {&message.text, &message.html, &message.slack, &message.mattermost}) {
    EXPECT_THAT(*body, HasSubstr(said));
  }
  EXPECT_THAT(message.json, HasSubstr(R"({"source":"facebook","since":"2026-10-14T05:50:00Z"})"));
  Alert english = water_alert();
  english.language = "en";
  EXPECT_THAT(render(english, 7, "mail", kUrl, {}, {}, blind).text,
              HasSubstr("Coverage: facebook blind since 07:50"));
  EXPECT_THAT(rendered(water_alert()).text, Not(HasSubstr("Couverture")));
  const std::vector<BlindSource> many(8, blind.front());
  EXPECT_THAT(render(water_alert(), 7, "mail", kUrl, {}, {}, many).text,
              HasSubstr("07:50, 3 autres sources aveugles"));
}

TEST(AlertBody, ReadsBackAsItWasWritten) {
  Alert alert = water_alert();
  alert.quote = "\"\\\n\t\x01 é 😱";
  alert.marks = {{0, 1}, {5, 9}};
  alert.reasons = {{"a", "t", "x\"", -450}, {"b", "", "", 620}};
  alert.level = Urgency::kCritical;
  alert.news = News::kRisen;
  alert.mentions = 12;
  const Result<Alert> read = parse_alert(to_json(alert));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(alert));
  EXPECT_EQ(read->quote, alert.quote);
  EXPECT_EQ(read->created_at, alert.created_at);
  EXPECT_EQ(read->deadline_at, alert.deadline_at);
  ASSERT_EQ(read->marks.size(), 2U);
  EXPECT_EQ(read->marks[1].end, 9U);
  ASSERT_EQ(read->reasons.size(), 2U);
  EXPECT_EQ(read->reasons[0].weight, -450);
  EXPECT_EQ(read->news, News::kRisen);
}

TEST(AlertBody, WhatIsNoAlertIsAnError) {
  const std::string whole = to_json(water_alert());
  for (const std::string& json :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        whole.substr(0, whole.size() - 1), whole + "}", std::string("{\"quote\":\"\xff\"}")}) {
    const Result<Alert> read = parse_alert(json);
    ASSERT_FALSE(read) << json;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST(AlertBody, FieldsOfAnotherTypeAreAsIfAbsent) {
  const Result<Alert> read =
      parse_alert(R"({"quote":3,"marks":[1,{"start":"x"}],"reasons":{},"level":"huge"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->quote, "");
  EXPECT_EQ(read->level, Urgency::kHigh);
  EXPECT_EQ(rendered(*read).idempotency_key, "vigie-7-mail");
}

}  // namespace
}  // namespace vigie
