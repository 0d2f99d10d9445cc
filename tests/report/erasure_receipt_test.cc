// What is handed to people who ask: receipts and evidence that tell when they were changed.
#include "engine/report/erasure_receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/report/evidence.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Time kNow = parse_time("2026-10-14T08:00:00Z").value();

class Documents : public testing::Test {
 protected:
  Documents() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    folder = testing::TempDir() + "/vigie_documents_" + test->name();
    std::filesystem::create_directories(folder);
  }
  ~Documents() override { std::filesystem::remove_all(folder); }
  SigningKey key() const { return SigningKey::open(folder).value(); }

  std::string folder;
};

TEST_F(Documents, AReceiptSaysWhatWasDoneAndNotOfWhom) {
  ReceiptFacts facts{"n-1", "rouen", "Rouen", ErasureKind::kObjection, kNow, {3, 2, 1, 0}};
  const std::string waiting = encode_receipt_facts(facts);
  ASSERT_TRUE(is_under_way(waiting));
  const ReceiptFacts read = decode_receipt_facts(waiting).value();
  const std::string receipt = write_receipt(read, kNow + std::chrono::hours(1), 30, key());
  EXPECT_FALSE(is_under_way(receipt));
  EXPECT_FALSE(decode_receipt_facts(receipt));
  EXPECT_EQ(decode_receipt_facts(waiting.substr(0, 9)).error().code, ErrorCode::kCorrupt);
  for (const char* part : {"n° n-1", "Rouen", "opposition (article 21", "3 publications",
                           "14/10/2026", "13/11/2026", R"("mentions":3)"}) {
    EXPECT_THAT(receipt, HasSubstr(part));
  }
  EXPECT_EQ(signer_of(receipt), key().public_key());
}

TEST_F(Documents, EvidenceTellsEveryChangedByte) {
  StoredMention stored;
  stored.ref = {0, 20'000, 7};
  stored.record.mention.id = "42";
  stored.record.mention.source = "mastodon";
  stored.record.mention.text = "une menace précise";
  stored.catalogue = std::make_shared<Catalogue>();
  Tenant tenant;
  tenant.id = "rouen";
  tenant.name = "Rouen";
  const std::string archive =
      write_evidence(stored, tenant, {"marie", "vigie 1", kNow, R"({"number":1})"}, key()).value();
  const EvidenceReview review = review_evidence(archive).value();
  EXPECT_THAT(review.flaws, IsEmpty());
  EXPECT_EQ(review.public_key, key().public_key());
  EXPECT_EQ(review.mention, "20000-7");
  EXPECT_EQ(
      archive,
      write_evidence(stored, tenant, {"marie", "vigie 1", kNow, R"({"number":1})"}, key()).value())
      << "the same file for the same facts";
  std::size_t told = 0;
  for (std::size_t i = 0; i < archive.size(); i += 7) {
    std::string changed = archive;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    const auto reviewed = review_evidence(changed);
    told += !reviewed || !reviewed->flaws.empty() ? 1 : 0;
  }
  EXPECT_GT(told, archive.size() / 7 / 2) << "contents; names and dates of the zip prove nothing";
  for (const std::string_view none : {std::string_view(), std::string_view("PK")}) {
    EXPECT_FALSE(review_evidence(none));
  }
  EXPECT_FALSE(review_evidence(archive.substr(0, archive.size() / 3)));
}

}  // namespace
}  // namespace vigie
