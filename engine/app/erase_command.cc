#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "engine/access/signing_key.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/control.h"
#include "engine/app/data_folder.h"
#include "engine/app/erasure_desk.h"
#include "engine/app/privacy_files.h"
#include "engine/app/secrets.h"
#include "engine/core/private_file.h"
#include "engine/report/evidence.h"

namespace vigie {
namespace {

struct Wanted {
  Config config;
  TenantId tenant = 0;
  AuthorWanted author;
};

std::optional<Wanted> read_wanted(const AuthorOptions& options, std::vector<Problem>& problems) {
  std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return std::nullopt;
  }
  const auto tenant = std::ranges::find(config->tenants, options.tenant, &Tenant::id);
  if (tenant == config->tenants.end()) {
    problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
    return std::nullopt;
  }
  const auto id = static_cast<TenantId>(tenant - config->tenants.begin());
  return Wanted{std::move(*config), id,
                AuthorWanted{options.pseudonym, options.network, options.author_id, options.handle,
                             options.mention}};
}

Result<void> put_out(const std::string& document, const std::string& path) {
  if (path.empty()) {
    std::printf("%s\n", document.c_str());
    return {};
  }
  return write_private_file(path, document + "\n");
}

/// A running engine does it; the receipt is there once its files are rewritten.
Result<std::string> erase_in_engine(const Wanted& wanted, const EraseOptions& options,
                                    ControlWords answer) {
  constexpr std::chrono::milliseconds kAgain{200};
  while (answer[0] == "under_way" && answer.size() == 2) {
    std::this_thread::sleep_for(kAgain);
    const auto next =
        ask_engine(wanted.config.data_directory, {"receipt", options.author.tenant, answer[1]});
    if (!next || !*next) {
      return fail(ErrorCode::kUnavailable,
                  "the engine was stopped; erasure " + answer[1] +
                      " is done, its receipt is given once it has been started again");
    }
    answer = **next;
  }
  return answer[0] == "done" && answer.size() == 2
             ? Result<std::string>(answer[1])
             : fail(ErrorCode::kRefused, answer.size() > 1 ? answer[1] : "the engine refused");
}

Result<std::string> erase_here(const Wanted& wanted, ErasureKind kind) {
  Result<std::unique_ptr<Store>> store = open_store(wanted.config, StoreAccess::kReadWrite);
  if (!store) {
    return tl::make_unexpected(store.error());
  }
  const auto keys = read_or_make_tenant_keys(wanted.config.data_directory, wanted.config.tenants);
  if (!keys) {
    return tl::make_unexpected(keys.error());
  }
  const Pseudonymiser pseudonyms(*keys);
  const SystemClock clock;
  const auto on_writer = [&store](auto purge) {
    purge(**store, [](const Store::Applied&) {});
    (*store)->sync();
  };
  const auto desk = ErasureDesk::open(
      wanted.config.data_directory,
      {**store, pseudonyms, wanted.config.tenants, clock, wanted.config.backup_days, on_writer});
  if (!desk) {
    return tl::make_unexpected(desk.error());
  }
  const Result<std::string> number = (*desk)->erase(wanted.tenant, wanted.author, kind);
  std::atomic<bool> cancelled{false};
  const Result<void> finished =
      number ? (*desk)->finish(cancelled) : tl::make_unexpected(number.error());
  if (!finished) {
    return tl::make_unexpected(finished.error());
  }
  const auto receipts = (*store)->receipts(wanted.tenant, *number, 1);
  return receipts ? Result<std::string>(ErasureDesk::describe(receipts->at(0)))
                  : tl::make_unexpected(receipts.error());
}

int refused(const Error& error) {
  const bool is_wrong = error.code == ErrorCode::kInvalidInput;
  return is_wrong ? usage(error.text) : failed(error);
}

/// A running engine makes it, or this process does and says so in the audit trail.
Result<std::string> ask_or_make(
    const Config& config, const ControlWords& question, AuditEntry entry,
    const std::function<Result<std::string>(const PrivacyParts&)>& make) {
  const auto answer = ask_engine(config.data_directory, question);
  if (!answer) {
    return tl::make_unexpected(answer.error());
  }
  if (*answer) {
    const ControlWords& words = **answer;
    const std::string text = words.size() > 1 ? words[1] : "the engine refused";
    return words[0] == "done" ? Result<std::string>(text) : fail(ErrorCode::kRefused, text);
  }
  const Result<std::unique_ptr<Store>> store = open_store(config, StoreAccess::kReadOnly);
  const auto keys = read_or_make_tenant_keys(config.data_directory, config.tenants);
  const Result<SigningKey> key = SigningKey::open(config.data_directory);
  if (!store || !keys || !key) {
    return tl::make_unexpected(!store ? store.error() : !keys ? keys.error() : key.error());
  }
  const Pseudonymiser pseudonyms(*keys);
  Result<std::string> made = make({**store, pseudonyms, config, *key, SystemClock().now()});
  entry.result = made ? "done" : "refused";
  const Result<void> noted = note_in_audit(config, entry);
  return noted ? made : tl::make_unexpected(noted.error());
}

Result<std::string> read_document(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << (path == "-" ? std::cin.rdbuf() : in.rdbuf());
  if (!content) {
    return fail(ErrorCode::kUnavailable, "cannot read " + path);
  }
  return std::move(content).str();
}

}  // namespace

int erase(const EraseOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Wanted> wanted = read_wanted(options.author, problems);
  if (!wanted) {
    return usage(problems);
  }
  const ErasureKind kind = parse_erasure_kind(options.kind).value_or(ErasureKind::kErasure);
  const AuthorWanted& author = wanted->author;
  const auto answer =
      ask_engine(wanted->config.data_directory,
                 {"erase", options.author.tenant, std::string(to_string(kind)), author.pseudonym,
                  author.network, author.author_id, author.handle, author.mention});
  if (!answer) {
    return failed(answer.error());
  }
  const Result<std::string> receipt =
      *answer ? erase_in_engine(*wanted, options, **answer) : erase_here(*wanted, kind);
  if (!*answer) {
    const Result<void> noted = note_in_audit(
        wanted->config,
        {kConsole, "eraseAuthor", options.author.tenant, "", receipt ? "done" : "refused"});
    if (!noted) {
      return failed(noted.error());
    }
  }
  if (!receipt) {
    return refused(receipt.error());
  }
  const Result<void> written = put_out(*receipt, options.out);
  return written ? kOk : failed(written.error());
}

int rgpd_access(const AccessOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Wanted> wanted = read_wanted(options.author, problems);
  if (!wanted) {
    return usage(problems);
  }
  const AuthorWanted& author = wanted->author;
  const Result<std::string> file = ask_or_make(
      wanted->config,
      {"access", options.author.tenant, author.pseudonym, author.network, author.author_id,
       author.handle, author.mention},
      {kConsole, "makeAccessFile", options.author.tenant, ""},
      [&](const PrivacyParts& parts) { return make_access_file(parts, wanted->tenant, author); });
  const Result<void> written =
      file ? put_out(*file, options.out) : tl::make_unexpected(file.error());
  return written ? kOk : refused(written.error());
}

int evidence(const EvidenceOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Wanted> wanted = read_wanted(options.author, problems);
  if (!wanted) {
    return usage(problems);
  }
  const std::string& mention = options.author.mention;
  const std::optional<MentionRef> ref = parse_mention_ref(wanted->tenant, mention);
  if (!ref) {
    return usage("--mention is a mention's reference; for example 20741-1289");
  }
  const Result<std::string> file =
      ask_or_make(wanted->config, {"evidence", options.author.tenant, mention},
                  {kConsole, "makeEvidence", options.author.tenant, mention},
                  [&](const PrivacyParts& parts) { return make_evidence(parts, *ref, kConsole); });
  const Result<void> written =
      file ? write_private_file(options.out, *file) : tl::make_unexpected(file.error());
  if (!written) {
    return refused(written.error());
  }
  const Result<EvidenceReview> review = review_evidence(*file);
  std::printf("%s: signed with public key %s\n", options.out.c_str(),
              review ? review->public_key.c_str() : "");
  return kOk;
}

int evidence_verify(const EvidenceVerifyOptions& options) {
  const Result<std::string> archive = read_document(options.file);
  if (!archive) {
    return failed(archive.error());
  }
  const Result<EvidenceReview> review = review_evidence(*archive);
  if (!review) {
    return usage(review.error().text);
  }
  for (const std::string& flaw : review->flaws) {
    std::fprintf(stderr, "%s: %s\n", options.file.c_str(), flaw.c_str());
  }
  if (!options.public_key.empty() && review->flaws.empty() &&
      review->public_key != options.public_key) {
    std::fprintf(stderr, "%s: signed by another key\n", options.file.c_str());
    return kInputHadProblems;
  }
  if (!review->flaws.empty()) {
    return kInputHadProblems;
  }
  std::printf("%s: as it was made at %s of mention %s of %s; public key %s\n", options.file.c_str(),
              review->made_at.c_str(), review->mention.c_str(), review->tenant.c_str(),
              review->public_key.c_str());
  return kOk;
}

int verify_receipt(const VerifyReceiptOptions& options) {
  std::string published = options.public_key;
  if (published.empty()) {
    std::vector<Problem> problems;
    const std::optional<Config> config = read_config(options.config, problems);
    if (!config) {
      return usage(problems);
    }
    const Result<SigningKey> key = SigningKey::open(config->data_directory);
    if (!key) {
      return failed(key.error());
    }
    published = key->public_key();
  }
  const Result<std::string> document = read_document(options.file);
  if (!document) {
    return failed(document.error());
  }
  const std::optional<std::string> signer = signer_of(*document);
  if (!signer) {
    std::printf("%s: NOT as it was signed\n", options.file.c_str());
    return kInputHadProblems;
  }
  if (*signer != published) {
    std::printf("%s: signed by another key: %s\n", options.file.c_str(), signer->c_str());
    return kInputHadProblems;
  }
  std::printf("%s: as this service signed it (public key %s)\n", options.file.c_str(),
              signer->c_str());
  return kOk;
}

}  // namespace vigie
