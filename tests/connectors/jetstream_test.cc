#include "connectors/jetstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>
#include <sodium.h>
#include <zdict.h>
#include <zstd.h>

#include <fstream>
#include <iterator>

#include "connectors/registry.h"
#include "connectors/zstd_frames.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}
std::string from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                    text.size(), "\"", &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  bytes.resize(size);
  return bytes;
}

/// Trained here, on events of our own.
std::string trained_dictionary() {
  std::string samples;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 2'000; ++i) {
    const std::string sample = R"({"did":"did:plc:)" + std::to_string(i * 7919) +
                               R"(","time_us":17900000)" + std::to_string(i) +
                               R"(,"kind":"commit","commit":{"operation":"create","collection":)"
                               R"("app.bsky.feed.post","record":{"langs":["fr"],"text":"mot )" +
                               std::to_string(i * 104729) + "\"}}}";
    samples += sample;
    sizes.push_back(sample.size());
  }
  std::string dictionary(8 << 10, '\0');
  dictionary.resize(ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), samples.data(),
                                          sizes.data(), static_cast<unsigned>(sizes.size())));
  return dictionary;
}
std::string squeezed(std::string_view text, std::string_view dictionary) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_loadDictionary(context.get(), dictionary.data(), dictionary.size());
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  frame.resize(ZSTD_compress2(context.get(), frame.data(), frame.size(), text.data(), text.size()));
  return frame;
}

/// Both versions of the protocol.
class JetstreamTest : public testing::TestWithParam<int> {
 protected:
  std::vector<std::string> run(EngineStandIn& engine, const std::function<bool()>& until,
                               const std::string& more = "") {
    const auto context =
        engine.context("{url: '" + peer_.url("ws") + "', version: " + std::to_string(GetParam()) +
                       ", allow_private: true" + more + "}");
    auto connector = make_jetstream_connector(context);
    EXPECT_TRUE(connector) << connector.error().text;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    engine.run(**connector, [&] {
      const bool late = std::chrono::steady_clock::now() > deadline;
      EXPECT_FALSE(late) << "nothing came of it: " << engine.status().snapshot().detail
                         << peer_.tell("wrong");
      return late || until();
    });
    const auto mapping = make_jetstream_mapping();
    std::string lines;
    for (const auto& arrival : engine.arrivals()) {
      lines += arrival.bytes + "\n";
    }
    return Mapped(*mapping, lines).told;
  }
  bool listens() { return peer_.tell("listeners") == "1"; }
  void post(int number, const std::string& text, const std::string& more = "") {
    peer_.tell("post",
               "\"number\": " + std::to_string(number) + ", \"text\": " + json_text(text) + more);
  }

  Peer peer_{"jetstream"};
};

TEST_P(JetstreamTest, TellsWhatIsSaidAsItIsSaid) {
  shows("jetstream", "takes");
  EngineStandIn engine("jetstream");
  const auto told =
      run(engine, once([&] { return listens(); }, [&] { post(5, "Bonjour la mairie"); },
                       [&] { return engine.arrivals().size() == 1; }));
  EXPECT_THAT(
      told,
      ElementsAre(
          R"({"id":"at://did:plc:ana/app.bsky.feed.post/k5","source":"bluesky","kind":"post",)"
          R"("author":{"id":"did:plc:ana","url":"https://bsky.app/profile/did:plc:ana","followers":0},)"
          R"("text":"Bonjour la mairie","lang":"fr","created_at":"2026-09-21T14:13:19Z",)"
          R"("url":"https://bsky.app/profile/did:plc:ana/post/k5"})"));
  EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kActive);
  EXPECT_EQ(peer_.tell("wrong"), "[]");
}

TEST_P(JetstreamTest, ResumesWhereItWas) {
  shows("jetstream", "resumes");
  std::string cursor;
  {
    EngineStandIn engine("jetstream");
    run(engine, once([&] { return listens(); }, [&] { post(100, "one"); },
                     [&] { return engine.arrivals().size() == 1; }));
    cursor = engine.arrivals()[0].cursor;
  }
  post(101, "missed");
  post(102, "missed, too");
  EngineStandIn engine("jetstream", cursor);
  const auto told = run(
      engine, [&] { return engine.received().find("too") != std::string::npos; }, ", rewind_s: 0");
  // Version 1 has times only, and what has the last one may come again: it is stored once.
  EXPECT_EQ(told.size(), GetParam() == 1 ? 3u : 2u);
  EXPECT_THAT(told.back(), HasSubstr("missed, too"));
}

TEST_P(JetstreamTest, GetsWhatWasCutInTheMiddleAgain) {
  shows("jetstream", "cut");
  EngineStandIn engine("jetstream");
  run(engine,
      once([&] { return listens(); },
           [&] {
             post(7, "one");
             peer_.tell("half", R"("number": 8, "text": "torn")");
           },
           [&] { return engine.received().find("torn") != std::string::npos; }),
      ", rewind_s: 0");
  EXPECT_GE(engine.status().snapshot().errors, 1u);
}

TEST_P(JetstreamTest, CarriesEditsDeletionsAndFarewells) {
  shows("jetstream", "edit, deletion");
  EngineStandIn engine("jetstream");
  const auto told = run(
      engine,
      once([&] { return listens(); },
           [&] {
             post(1, "one", R"(, "rkey": "k")");
             post(2, "better", R"(, "rkey": "k", "operation": "update")");
             post(3, "", R"(, "rkey": "k", "operation": "delete")");
             peer_.tell("account", R"("number": 4, "did": "did:plc:ana", "active": true)");
             peer_.tell(
                 "account",
                 R"("number": 5, "did": "did:plc:bob", "active": false, "status": "deactivated")");
             peer_.tell(
                 "account",
                 R"("number": 6, "did": "did:plc:ana", "active": false, "status": "deleted")");
           },
           [&] { return engine.received().find("\"deleted\"") != std::string::npos; }));
  ASSERT_EQ(told.size(), 4u) << testing::PrintToString(told);
  EXPECT_THAT(told[1], HasSubstr("\"edited_at\":\"2026-09-21T14:13:20Z\""));
  EXPECT_EQ(told[2],
            R"({"id":"at://did:plc:ana/app.bsky.feed.post/k","source":"bluesky","deleted":true})");
  EXPECT_EQ(told[3], "purge bluesky did:plc:ana");
}

TEST_P(JetstreamTest, WaitsWhenToldToAndSaysWhenRefused) {
  shows("jetstream", "limited, refused");
  using State = ConnectorStatus::State;
  for (const auto& [status, state] :
       {std::pair(429, State::kQuotaSpent), std::pair(401, State::kUnauthorised)}) {
    peer_.tell("next_answer",
               "\"status\": " + std::to_string(status) + R"(, "headers": {"Retry-After": "90"})");
    EngineStandIn engine("jetstream");
    run(engine, [&] { return engine.status().snapshot().errors > 0; });
    const auto now = engine.status().snapshot();
    EXPECT_EQ(now.state, state) << status;
    EXPECT_THAT(now.detail, HasSubstr(std::to_string(status)));
    EXPECT_GE(now.next_attempt_at - engine.clock().now(), std::chrono::seconds(90));
  }
}

TEST_P(JetstreamTest, PutsATrickleTogether) {
  shows("jetstream", "trickle");
  peer_.tell("trickle", R"("seconds": 0.0005)");
  EngineStandIn engine("jetstream");
  EXPECT_THAT(run(engine, once([&] { return listens(); }, [&] { post(9, "slow"); },
                               [&] { return engine.arrivals().size() == 1; })),
              ElementsAre(HasSubstr("slow")));
}

TEST_P(JetstreamTest, MakesADeadLetterOfNonsenseAndGoesOn) {
  shows("jetstream", "malformed");
  EngineStandIn engine("jetstream");
  EXPECT_THAT(run(engine, once([&] { return listens(); },
                               [&] {
                                 peer_.tell("raw", R"("text": "{no json")");
                                 post(9, "good");
                               },
                               [&] { return engine.arrivals().size() == 2; })),
              ElementsAre(StartsWith("! malformed"), HasSubstr("good")));
}

TEST_P(JetstreamTest, InflatesWithADictionary) {
  const std::string dictionary = trained_dictionary();
  const std::uint32_t number = ZSTD_getDictID_fromDict(dictionary.data(), dictionary.size());
  const std::string spelt = peer_.tell(
      "spelt", "\"version\": " + std::to_string(GetParam()) + R"(, "number": 9, "text": "tassé")");
  peer_.tell("squeezed", "\"text\": " + spelt + ", \"frame\": \"" +
                             base64(squeezed(from_base64(spelt.substr(1)), dictionary)) + '"');
  peer_.tell("dictionary",
             "\"number\": " + std::to_string(number) + ", \"data\": \"" + base64(dictionary) + '"');
  const std::string file = peer_.folder().write("dictionary", dictionary);
  EngineStandIn engine("jetstream");
  EXPECT_THAT(
      run(engine,
          once([&] { return listens(); }, [&] { post(9, "tassé"); },
               [&] { return engine.arrivals().size() == 1; }),
          GetParam() == 1 ? ", compress: true, dictionary_file: " + file : ", compress: true"),
      ElementsAre(HasSubstr("tassé")));
}

INSTANTIATE_TEST_SUITE_P(Version, JetstreamTest, testing::Values(1, 2));

class JetstreamTwoTest : public JetstreamTest {};
INSTANTIATE_TEST_SUITE_P(Version, JetstreamTwoTest, testing::Values(2));

TEST_P(JetstreamTwoTest, AsksForTheOldestThereIsWhenItsPlaceIsGone) {
  post(100, "gone");
  post(200, "oldest");
  peer_.tell("floor", R"("number": 150)");
  EngineStandIn engine("jetstream", R"({"url":")" + peer_.url("ws") +
                                        R"(","version":2,"seq":90,"time_us":1790000000000090})");
  const auto told = run(engine, [&] { return engine.arrivals().size() == 1; });
  EXPECT_THAT(told, ElementsAre(HasSubstr("oldest")));
  EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kLimited);
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("a part is missing"));
}

TEST(ZstdFrames, RefusesBombsTornFramesAndForeignDictionaries) {
  const std::string dictionary = trained_dictionary();
  auto frames = ZstdFrames::make(dictionary);
  ASSERT_TRUE(frames);
  const std::string frame = squeezed(std::string(1 << 20, 'x'), dictionary);
  EXPECT_EQ(frames->inflate(frame, 1 << 20)->size(), std::size_t{1} << 20);
  EXPECT_EQ(frames->inflate(frame, (1 << 20) - 1).error().code, ErrorCode::kRefused);
  EXPECT_EQ(frames->inflate(frame.substr(0, frame.size() / 2), 1 << 20).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(frames->inflate("nonsense", 100).error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(ZstdFrames::make("nonsense"));
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(JetstreamMapping, ReadsRecordedEvents) {
  const std::filesystem::path folder =
      std::filesystem::path(VIGIE_SOURCE_DIR) / "../shared/payloads/bluesky-jetstream";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no recorded payloads beside the sources";
  }
  const auto mapping = make_jetstream_mapping();
  for (const auto& [file, day] : std::map<std::string, std::string>{
           {"golden_v1.jsonl", "2026-05-25"}, {"expected_v1.jsonl", "2026-07-04"}}) {
    const std::string bytes = content_of(folder / file);
    const Mapped mapped(*mapping, bytes);
    EXPECT_EQ(mapped.rejected, 0) << file << testing::PrintToString(mapped.told);
    EXPECT_FALSE(mapped.ids.empty()) << file;
    for (std::size_t i = 0; i < mapped.ids.size(); ++i) {
      EXPECT_THAT(mapped.ids[i], StartsWith("at://did:"));
      EXPECT_TRUE(mapped.dates[i] == Time{} || format_time(mapped.dates[i]).starts_with(day))
          << mapped.told[i];
    }
  }
}

TEST(JetstreamMapping, NamesAPostAsTheSearchDoes) {
  const std::string record =
      R"({"text":"Bonjour","createdAt":"2026-09-21T14:13:19.000Z","langs":["fr"],)"
      R"("reply":{"parent":{"uri":"at://did:plc:b/app.bsky.feed.post/p"},)"
      R"("root":{"uri":"at://did:plc:b/app.bsky.feed.post/r"}}})";
  const auto streamed = make_jetstream_mapping();
  const auto searched = mappings().at("bluesky_search")();
  const Mapped one(
      *streamed, R"({"did":"did:plc:a","time_us":1790000001000000,"kind":"commit","commit":)"
                 R"({"operation":"create","collection":"app.bsky.feed.post","rkey":"k","record":)" +
                     record + "}}");
  const Mapped other(*searched, R"({"posts":[{"uri":"at://did:plc:a/app.bsky.feed.post/k",)"
                                R"("author":{"did":"did:plc:a"},"record":)" +
                                    record + "}]}");
  ASSERT_EQ(one.keys.size(), 1u) << testing::PrintToString(one.told);
  EXPECT_EQ(one.keys, other.keys) << "stored once, whichever comes first";
}

TEST(JetstreamMapping, NeverDatesAVersionBeforeAnEarlierOne) {
  const std::string event =
      R"({"did":"did:plc:a","time_us":1790000000000000,"kind":"commit","commit":{"operation":"create",)"
      R"("collection":"app.bsky.feed.post","rkey":"k","record":{"text":"x","createdAt":"2099-01-01T00:00:00Z"}}})";
  const auto mapping = make_jetstream_mapping();
  const Mapped mapped(*mapping, event);
  ASSERT_EQ(mapped.dates.size(), 1u);
  EXPECT_EQ(format_time(mapped.dates[0]), "2026-09-21T14:13:20Z");
}

}  // namespace
}  // namespace vigie
