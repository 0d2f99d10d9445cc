// Answers recorded from the real APIs, where they lie beside the repository: every one maps.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "connectors/registry.h"
#include "tests/connectors/mapped.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

struct Recorded {
  const char* format;
  const char* file;
  std::size_t mentions;
  const char* first_id;
  const char* first_time;
};

fs::path payloads() { return VIGIE_SOURCE_DIR "/../shared/payloads"; }

/// The last answer of a cassette, or the file itself.
std::string answer_in(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string all(std::istreambuf_iterator<char>(file), {});
  simdjson::dom::parser parser;
  simdjson::dom::array cassette;
  if (parser.parse(all)["http_interactions"].get(cassette) != simdjson::SUCCESS &&
      parser.parse(all)["interactions"].get(cassette) != simdjson::SUCCESS) {
    return all;
  }
  std::string last;
  for (const auto one : cassette) {
    std::string_view body;
    if (one["response"]["body"]["string"].get(body) == simdjson::SUCCESS) {
      last = body;
    }
  }
  return last;
}

class RecordedAnswer : public testing::TestWithParam<Recorded> {};

TEST_P(RecordedAnswer, MapsWithoutAFlaw) {
  const fs::path file = payloads() / GetParam().file;
  if (!fs::exists(file)) {
    GTEST_SKIP() << "no recorded answers beside the repository";
  }
  const auto mapping = mappings().at(GetParam().format)();
  const Mapped mapped(*mapping, answer_in(file));
  EXPECT_EQ(mapped.rejected, 0) << testing::PrintToString(mapped.told);
  ASSERT_EQ(mapped.ids.size(), GetParam().mentions);
  EXPECT_EQ(mapped.ids.front(), GetParam().first_id);
  EXPECT_EQ(format_time(mapped.dates.front()), GetParam().first_time);
}

INSTANTIATE_TEST_SUITE_P(
    Every, RecordedAnswer,
    testing::Values(
        Recorded{"youtube", "youtube/comment_threads/comment_threads_by_video_paged_1.json", 5,
                 "UgyZ1jqkHKYvi1-ruOZ4AaABAg", "2019-11-26T15:51:44Z"},
        Recorded{"youtube", "youtube/comment_threads/comment_threads_all_to_me.json", 4,
                 "UgyWeTdgc4sc1xgmbld4AaABAg", "2019-12-01T03:36:55Z"},
        Recorded{"facebook", "facebook/facebook/apidata/posts/feeds_default_fields_p1.json", 5,
                 "19292868552_10158349356748553", "2021-07-09T19:09:52Z"},
        Recorded{"instagram_tags", "instagram/instagram/apidata/users/tagged_medias.json", 4,
                 "17892354025952911", "2021-03-16T12:02:14Z"},
        Recorded{"instagram_hashtag",
                 "instagram/instagram/apidata/hashtags/hashtag_top_medias_p1.json", 25,
                 "18088158883149835", "1970-01-01T00:00:00Z"},
        Recorded{"reddit", "reddit/TestSubredditListings.test_comments.json", 100, "t1_d4y8bdp",
                 "2016-07-04T00:04:50Z"},
        Recorded{"reddit", "reddit/TestSubredditListings.test_new.json", 100, "t3_48fbm9",
                 "2016-03-01T08:37:38Z"},
        Recorded{"google_reviews", "google-business/reviews_list.json", 1, "abc",
                 "2024-01-15T10:30:00Z"},
        Recorded{"open311_xml", "open311/service_requests.xml", 2, "638344",
                 "2010-04-14T14:37:38Z"},
        Recorded{"vine", "vine/eF1z2H2U01e.json", 1, "1254511813748785152", "2015-09-12T15:52:18Z"},
        Recorded{"facebook_webhook", "meta-webhooks/fb_page_feed_comment_add.json", 1,
                 "44444444_4444444441", "2020-05-21T09:43:11Z"},
        Recorded{"youtube_push", "youtube-websub/push_new.xml", 1, "VIDEO_ID",
                 "2015-03-06T21:40:57Z"},
        Recorded{"youtube_push", "youtube-websub/push_deleted_2018.xml", 1, "xScSTh-gHpQ",
                 "2018-07-26T17:43:36Z"},
        Recorded{"tiktok_research", "tiktok/research_video_query.json", 1, "7213456789012345678",
                 "2025-05-03T00:00:00Z"}));

}  // namespace
}  // namespace vigie
