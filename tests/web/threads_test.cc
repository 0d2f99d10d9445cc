#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/web/reply_thread.h"
#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class ThreadsOverHttp : public TownOverHttp {
 protected:
  ThreadsOverHttp() : TownOverHttp({"techniville", "autreville"}) {
    serve(thread_routes(std::make_shared<const ApiParts>(parts())));
  }

  MentionRef say(const std::string& id, const std::string& parent, int minute, TenantId tenant = 0,
                 int day = 0) {
    Told told;
    told.tenant = tenant;
    told.id = id;
    told.text = "texte de " + id;
    told.parent = parent;
    told.hour += std::int64_t{24} * day;
    told.minute = minute;
    const MentionRef ref = tell(*store_, told, catalogue_named("first")).ref;
    store_->commit();
    store_->sync();
    return ref;
  }
  /// Ids and depths.
  std::vector<std::pair<std::string, std::uint32_t>> thread_of(const MentionRef& ref) {
    const auto thread = read_reply_thread(*store_, ref, [] { return true; });
    EXPECT_TRUE(thread && thread->is_complete);
    std::vector<std::pair<std::string, std::uint32_t>> all;
    for (const ReplyThread::Item& item : thread->items) {
      all.emplace_back(store_->mention(item.ref).value()->record.mention.id, item.depth);
    }
    return all;
  }
};

TEST_F(ThreadsOverHttp, AreReadFromAnyOfTheirMentionsInOrder) {
  const MentionRef root = say("racine", "", 0);
  say("ailleurs", "", 1);
  const MentionRef second = say("b", "racine", 30);
  const MentionRef first = say("a", "racine", 10);
  const MentionRef deep = say("c", "a", 50);
  for (const MentionRef& from : {root, second, first, deep}) {
    EXPECT_THAT(thread_of(from),
                ElementsAre(Pair("racine", 0), Pair("a", 1), Pair("c", 2), Pair("b", 1)));
  }
}

TEST_F(ThreadsOverHttp, KnowNothingOfAnotherTowns) {
  const MentionRef root = say("racine", "", 0);
  say("b", "racine", 10, 1);
  EXPECT_THAT(thread_of(root), ElementsAre(Pair("racine", 0)));
  EXPECT_EQ(get("autreville/mentions/" + to_string(root) + "/thread").status, 200)
      << "the other town's own first mention";
  EXPECT_THAT(get("autreville/mentions/" + to_string(root) + "/thread").body,
              testing::Not(HasSubstr("racine\",\"text")));
}

TEST_F(ThreadsOverHttp, SayWhatTheyBeginWithThatWasNotKept) {
  const MentionRef answer = say("b", "https://social.example/@marie/1", 10);
  const std::string body = get("techniville/mentions/" + to_string(answer) + "/thread").body;
  EXPECT_THAT(body, HasSubstr(R"("missing":{"id":"https://social.example/@marie/1","url":"https)"));
  EXPECT_THAT(body, HasSubstr(R"("depth":0)"));
  EXPECT_THAT(body, HasSubstr(R"("complete":true)"));
  const MentionRef alone = say("seule", "", 20);
  EXPECT_THAT(get("techniville/mentions/" + to_string(alone) + "/thread").body,
              HasSubstr(R"("missing":null)"));
}

TEST_F(ThreadsOverHttp, EndNowhereWithARing) {
  const MentionRef one = say("a", "b", 0);
  say("b", "a", 10);
  say("moi", "moi", 20);
  EXPECT_THAT(thread_of(one), ElementsAre(Pair("a", 0), Pair("b", 1)));
}

TEST_F(ThreadsOverHttp, HaveABoundInTimeAndInNumber) {
  const MentionRef root = say("racine", "", 0);
  say("tard", "racine", 0, 0, 31);
  EXPECT_THAT(thread_of(root), ElementsAre(Pair("racine", 0)));
  for (int i = 0; i < 150; ++i) {
    say("r" + std::to_string(i), "racine", 1 + i);
  }
  EXPECT_EQ(thread_of(root).size(), ReplyThread::kMaxItems);
  const auto cut = read_reply_thread(*store_, root, [] { return false; });
  EXPECT_TRUE(cut) << "fewer mentions than one look";
}

TEST_F(ThreadsOverHttp, OfNoMentionAreNotThere) {
  EXPECT_EQ(get("techniville/mentions/20000-99/thread").status, 404);
  EXPECT_EQ(get("nulle-part/mentions/20000-1/thread").status, 404);
  EXPECT_EQ(get("techniville/mentions/20000-99/thread?x=1").status, 400);
}

TEST(PageOf, IsWhereASourceShowsWhatItCallsSo) {
  EXPECT_EQ(page_of("mastodon", "https://social.example/users/m/statuses/1"),
            "https://social.example/users/m/statuses/1");
  EXPECT_EQ(page_of("bluesky", "at://did:plc:abc/app.bsky.feed.post/3k"),
            "https://bsky.app/profile/did:plc:abc/post/3k");
  EXPECT_EQ(page_of("x", "1234"), "https://x.com/i/status/1234");
  EXPECT_THAT(page_of("forum", "1234"), IsEmpty());
  EXPECT_THAT(page_of("x", "javascript:1"), IsEmpty());
  EXPECT_THAT(page_of("bluesky", "at://did:plc:abc"), IsEmpty());
}

}  // namespace
}  // namespace vigie
