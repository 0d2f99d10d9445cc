// Files that are read by their path. The first line names the file: config, access.json, lexicon,
// cards, journal or manifest.
#include <sodium.h>

#include <array>

#include "engine/access/access_file.h"
#include "engine/access/erasure_journal.h"
#include "engine/app/config.h"
#include "engine/classify/lexicon.h"
#include "engine/core/check.h"
#include "engine/guidance/card.h"
#include "engine/parse/text_folder.h"
#include "engine/store/backup.h"
#include "tests/fuzz/target.h"
#include "tests/temp_folder.h"

namespace vigie::fuzz {
namespace {

void check_problems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    check(!problem.text.empty(), "a problem is said");
  }
}

void check_access(const TempFolder& folder, std::string_view bytes) {
  const std::string path = folder.write("access.json", bytes);
  const auto records = read_access_file(path);
  if (!records || !*records) {
    return;
  }
  check(write_access_file(path, **records).has_value(), "it is written");
  const auto again = read_access_file(path);
  check(again && *again && (*again)->accounts.size() == (*records)->accounts.size() &&
            (*again)->tokens.size() == (*records)->tokens.size(),
        "accounts and tokens read as they were written");
}

/// A manifest's own code is made right.
void check_manifest(const TempFolder& folder, std::string_view bytes) {
  std::array<unsigned char, 32> code{};
  crypto_generichash(code.data(), code.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), code.data(), code.size());
  folder.write("manifest.json", bytes);
  const auto plain = verify_backup(folder.path(), true);
  folder.write("manifest.json", std::string(bytes) + "\"code\":\"" + hex.data() + "\"}\n");
  const auto sealed = verify_backup(folder.path(), true);
  check(!plain || plain->format <= kBackupFormat, "nothing newer");
  check(!sealed || sealed->files.empty() || sealed->rows() == 0 || sealed->bytes() > 0, "rows");
}

VIGIE_FUZZ(files) {
  static const TempFolder folder;
  const std::string_view name = take_line(bytes);
  std::vector<Problem> problems;
  if (name == "config") {
    const auto config = read_config(folder.write("vigie.yaml", bytes), problems);
    check(config.has_value() == problems.empty(), "a configuration or its problems");
  } else if (name == "access.json") {
    check_access(folder, bytes);
  } else if (name == "lexicon") {
    static const TempFolder lexicons;
    lexicons.write("fr.tsv", bytes);
    lexicons.write("en.tsv", "good\ttone\t500\n");
    Catalogue catalogue;
    const auto read = read_lexicons(lexicons.path(), TextFolder::fold_phrase, catalogue, problems);
    check((read == nullptr) == !problems.empty(), "words or problems");
  } else if (name == "cards") {
    static const TempFolder cards;
    cards.write("town.yaml", bytes);
    Tenant tenant;
    tenant.id = "techniville";
    tenant.name = "Techniville";
    tenant.packs = {"p"};
    const KnownNames known{{"eau.coupure"}, {"eau"}};
    const CardBook book = read_cards(cards.path(), {tenant}, known, problems);
    for (const Card& card : book.of(0).cards) {
      check(book.of(0).find(card.id) != nullptr, "a card is found by its name");
      for (const Card::Link& link : card.links) {
        check(link.url.starts_with("http"), "its links are of the web");
      }
    }
  } else if (name == "journal") {
    const std::string path = folder.write("journal", bytes);
    const auto entries = read_erasure_journal(path);
    if (entries && !entries->empty()) {
      const std::string copy = folder.write("copy", "");
      check(merge_into_erasure_journal(copy, *entries).has_value(), "a journal is written");
      const auto again = read_erasure_journal(copy);
      check(again && again->size() <= entries->size(), "each entry once");
    }
  } else if (name == "manifest") {
    static const TempFolder backup;
    check_manifest(backup, bytes);
  }
  check_problems(problems);
}

}  // namespace
}  // namespace vigie::fuzz
