// The journal of who asked to be forgotten: whole lines or none, damage found, journals put
// together.
#include "engine/access/erasure_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/access/author_identity.h"
#include "engine/access/signing_key.h"
#include "engine/core/pseudonym.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Time kNow = parse_time("2026-10-14T08:00:00Z").value();

class Journal : public testing::Test {
 protected:
  Journal() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    folder = testing::TempDir() + "/vigie_journal_" + test->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~Journal() override { std::filesystem::remove_all(folder); }
  std::string path() const { return erasure_journal_of(folder); }
  std::string content() const {
    std::ifstream in(path());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(path(), std::ios::trunc) << text; }

  std::string folder;
  const ErasureEntry first{"n-1", "rouen", {1, 2, 255}, kNow, ErasureKind::kErasure},
      second{"n-2", "caen", {9}, kNow, ErasureKind::kObjection};
};

TEST_F(Journal, RemembersWhatWasWritten) {
  EXPECT_TRUE(read_erasure_journal(path())->empty());
  auto journal = ErasureJournal::open(folder).value();
  ASSERT_TRUE(journal->append(first));
  ASSERT_TRUE(journal->append(second));
  ASSERT_TRUE(journal->append(first)) << "once more is no second line";
  EXPECT_THAT(read_erasure_journal(path()).value(), ElementsAre(first, second));
  const auto mode = std::filesystem::status(path()).permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST_F(Journal, ATornLineWasNeverAcknowledged) {
  ASSERT_TRUE(ErasureJournal::open(folder).value()->append(first));
  const std::string whole = content();
  write(whole + "1 n-2 caen 09");
  EXPECT_THAT(read_erasure_journal(path()).value(), ElementsAre(first));
  ASSERT_TRUE(ErasureJournal::open(folder).value()->append(second));
  EXPECT_THAT(read_erasure_journal(path()).value(), ElementsAre(first, second));
}

TEST_F(Journal, AChangedLineIsFound) {
  ASSERT_TRUE(ErasureJournal::open(folder).value()->append(first));
  std::string text = content();
  text[text.find("rouen")] = 'R';
  write(text);
  const auto read = read_erasure_journal(path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(read.error().text, HasSubstr("journal:1"));
  EXPECT_FALSE(ErasureJournal::open(folder));
}

TEST_F(Journal, JournalsArePutTogether) {
  ASSERT_TRUE(merge_into_erasure_journal(path(), {first}));
  ASSERT_TRUE(merge_into_erasure_journal(path(), {first, second}));
  EXPECT_THAT(read_erasure_journal(path()).value(), ElementsAre(first, second));
}

TEST(ErasureNumbers, AreNeverTheSame) {
  EXPECT_NE(new_erasure_number(kNow), new_erasure_number(kNow));
  EXPECT_TRUE(new_erasure_number(kNow).starts_with("2026-10-14-"));
}

TEST(Pseudonyms, AreReadAsTheyAreWritten) {
  const Pseudonym author = {0, 1, 15, 16, 255};
  EXPECT_EQ(parse_pseudonym(to_text(author)), author);
  EXPECT_FALSE(parse_pseudonym("00"));
  EXPECT_FALSE(parse_pseudonym(std::string(32, 'g')));
}

TEST(AuthorIdentity, IsKnownByIdNameAndPage) {
  const auto ana =
      parse_identity(
          R"({"id":"https://m.example/users/ana","name":"Ana É","url":"https://m.example/@AnaB/"})")
          .value();
  for (const std::string_view called : {"@anab", "AnaB", "ana É", "https://m.example/users/ana"}) {
    EXPECT_TRUE(ana.is_called(called)) << called;
  }
  EXPECT_FALSE(ana.is_called("an"));
  EXPECT_FALSE(ana.is_called("")) << "nobody is called nothing";
  EXPECT_FALSE(AuthorIdentity().is_called(""));
  EXPECT_FALSE(parse_identity("[]"));
  EXPECT_THAT(AuthorIdentity({"ab", "Ana B", ""}).traces(), ElementsAre("Ana B"));
}

TEST_F(Journal, ADocumentTellsWhoSignedItAndWhetherItWasChanged) {
  const SigningKey key = SigningKey::open(folder).value();
  const std::string document = sign_document(key, R"({"number":"1","text":"récépissé"})");
  EXPECT_EQ(signer_of(document), key.public_key());
  EXPECT_EQ(signer_of(document + "\n"), key.public_key());
  for (std::size_t i = 0; i < document.size(); ++i) {
    std::string changed = document;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_NE(signer_of(changed), key.public_key()) << i;
  }
  EXPECT_FALSE(signer_of("{}"));
  EXPECT_FALSE(signer_of(""));
  EXPECT_EQ(SigningKey::open(folder)->public_key(), key.public_key()) << "kept";
  std::filesystem::resize_file(folder + "/signing.key", 31);
  EXPECT_EQ(SigningKey::open(folder).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace vigie
