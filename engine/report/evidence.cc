#include "engine/report/evidence.h"

#include <archive.h>
#include <archive_entry.h>
#include <simdjson.h>

#include <map>
#include <memory>
#include <utility>

#include "engine/core/json_writer.h"
#include "engine/core/own_rules.h"
#include "engine/core/pseudonym.h"
#include "engine/core/verdict_json.h"
#include "engine/store/correction_json.h"

namespace vigie {
namespace {

constexpr const char* kManifest = "manifeste.json";
/// Far more than any mention is.
constexpr std::size_t kMaxFileBytes = 64U << 20, kMaxFiles = 16;

using Files = std::vector<std::pair<std::string, std::string>>;  ///< name, content

std::string publication_of(const StoredMention& stored) {
  const Record& record = stored.record;
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("ref").value(to_string(stored.ref));
  const std::string pseudonym = record.has_author ? to_text(record.author) : "";
  write_mention_members(record.mention, {pseudonym, record.official}, json);
  json.key("received_at").value(format_time(record.received_at));
  json.end_object().line();
  return text;
}

std::string verdict_of(const StoredMention& stored, const Tenant& tenant) {
  const Record& record = stored.record;
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_verdict_members(record.mention, as_told_to(tenant.id, record.verdict, *stored.catalogue),
                        *stored.catalogue, record.topics, json);
  write_correction_members(record, json);
  json.end_object().line();
  return text;
}

std::string cover_note(const StoredMention& stored, const Tenant& tenant,
                       const EvidenceFacts& facts, const SigningKey& key) {
  const Mention& mention = stored.record.mention;
  std::string note =
      "Pièce établie pour une plainte\n\n"
      "Collectivité : " +
      tenant.name.text() + "\nPublication : " + to_string(stored.ref) + ", réseau " +
      std::string(mention.source) + "\nAdresse : " +
      (mention.url.empty() ? "non communiquée par la source" : std::string(mention.url)) +
      "\nPubliée le : " + format_time(mention.created_at) +
      " (date donnée par la source)\nReçue le : " + format_time(stored.record.received_at) +
      "\nPièce établie le : " + format_time(facts.made_at) + " par le compte " + facts.made_by +
      ", avec " + facts.software + "\n\n";
  note +=
      "publication.json : tout ce qui est conservé de la publication ; l'auteur y figure sous un "
      "pseudonyme. Son identité publique n'est communiquée qu'au terme de la procédure de levée du "
      "pseudonyme (motif et seconde personne), ou sur réquisition.\n"
      "verdict.json : ce que le logiciel en a conclu et pourquoi ; aucune décision n'a été prise "
      "automatiquement.\n"
      "enregistrement.bin : les octets tels qu'ils sont conservés.\n"
      "manifeste.json : l'empreinte SHA-256 de chaque fichier, la dernière entrée du journal des "
      "actions, et la signature Ed25519 de l'ensemble.\n\n"
      "Les dates sont en temps universel (UTC). Vérification : vigie evidence verify FICHIER\n"
      "Clé publique du service : " +
      key.public_key() + "\n";
  return note;
}

std::string manifest_of(const Files& files, const StoredMention& stored, const Tenant& tenant,
                        const EvidenceFacts& facts) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("document").value("vigie-evidence");
  json.key("tenant").value(tenant.id);
  json.key("mention").value(to_string(stored.ref));
  json.key("source").value(stored.record.mention.source);
  json.key("id").value(stored.record.mention.id);
  json.key("created_at").value(format_time(stored.record.mention.created_at));
  json.key("received_at").value(format_time(stored.record.received_at));
  json.key("made_at").value(format_time(facts.made_at));
  json.key("made_by").value(facts.made_by);
  json.key("software").value(facts.software);
  json.key("audit");
  facts.audit_line.empty() ? json.null() : json.raw(facts.audit_line);
  json.key("files").begin_array();
  for (const auto& [name, content] : files) {
    json.begin_object();
    json.key("name").value(name);
    json.key("bytes").value(content.size());
    json.key("sha256").value(sha256(content));
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

using Writing = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Reading = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

Result<std::string> zip(const Files& files, Time at) {
  std::string out;
  const Writing writing(archive_write_new(), archive_write_free);
  bool is_good = archive_write_set_format_zip(writing.get()) == ARCHIVE_OK &&
                 archive_write_set_bytes_in_last_block(writing.get(), 1) == ARCHIVE_OK &&
                 archive_write_open(writing.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK;
  for (const auto& [name, content] : files) {
    const Entry entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_mtime(
        entry.get(), std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(), 0);
    is_good = is_good && archive_write_header(writing.get(), entry.get()) == ARCHIVE_OK &&
              archive_write_data(writing.get(), content.data(), content.size()) ==
                  static_cast<la_ssize_t>(content.size());
  }
  is_good = is_good && archive_write_close(writing.get()) == ARCHIVE_OK;
  return is_good ? Result<std::string>(std::move(out))
                 : fail(ErrorCode::kUnavailable, "the archive could not be written");
}

Result<std::map<std::string, std::string>> unzip(std::string_view bytes) {
  const Error none{ErrorCode::kInvalidInput,
                   "this is no evidence file: it is no whole zip archive"};
  std::map<std::string, std::string> files;
  const Reading reading(archive_read_new(), archive_read_free);
  archive_read_support_format_zip(reading.get());
  if (archive_read_open_memory(reading.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return tl::make_unexpected(none);
  }
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reading.get(), &entry)) == ARCHIVE_OK) {
    const char* const name = archive_entry_pathname(entry);
    std::string content, piece(1U << 16, '\0');
    la_ssize_t read = 0;
    while ((read = archive_read_data(reading.get(), piece.data(), piece.size())) > 0) {
      content.append(piece, 0, static_cast<std::size_t>(read));
      if (content.size() > kMaxFileBytes) {
        return tl::make_unexpected(none);
      }
    }
    if (name == nullptr || read < 0 || files.size() == kMaxFiles ||
        !files.emplace(name, std::move(content)).second) {
      return tl::make_unexpected(none);
    }
  }
  return status == ARCHIVE_EOF ? Result<std::map<std::string, std::string>>(std::move(files))
                               : tl::make_unexpected(none);
}

std::string text_of(const simdjson::dom::element& object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

/// Against what the manifest says of each; what it does not name is a flaw, too.
void compare(const simdjson::dom::element& manifest, std::map<std::string, std::string> files,
             std::vector<std::string>& flaws) {
  simdjson::dom::array named;
  if (manifest["files"].get(named) != simdjson::SUCCESS) {
    flaws.emplace_back("the manifest names no files");
    return;
  }
  for (const simdjson::dom::element one : named) {
    const std::string name = text_of(one, "name");
    const auto found = files.find(name);
    if (found == files.end()) {
      flaws.push_back(name + " is missing");
      continue;
    }
    if (sha256(found->second) != text_of(one, "sha256")) {
      flaws.push_back(name + " was changed");
    }
    files.erase(found);
  }
  for (const auto& [name, content] : files) {
    flaws.push_back(name + " was added");
  }
}

}  // namespace

Result<std::string> write_evidence(const StoredMention& stored, const Tenant& tenant,
                                   const EvidenceFacts& facts, const SigningKey& key) {
  std::string record;
  encode_record(stored.record, record);
  Files files = {{"LISEZ-MOI.txt", cover_note(stored, tenant, facts, key)},
                 {"publication.json", publication_of(stored)},
                 {"verdict.json", verdict_of(stored, tenant)},
                 {"enregistrement.bin", std::move(record)}};
  std::string manifest = sign_document(key, manifest_of(files, stored, tenant, facts));
  files.emplace_back(kManifest, std::move(manifest));
  return zip(files, facts.made_at);
}

Result<EvidenceReview> review_evidence(std::string_view archive) {
  Result<std::map<std::string, std::string>> files = unzip(archive);
  if (!files) {
    return tl::make_unexpected(files.error());
  }
  const auto found = files->find(kManifest);
  if (found == files->end()) {
    return fail(ErrorCode::kInvalidInput, "this is no evidence file: it has no manifest");
  }
  const std::string text = std::move(found->second);
  files->erase(found);
  EvidenceReview review;
  const std::optional<std::string> signer = signer_of(text);
  if (!signer) {
    review.flaws.emplace_back("the manifest is not as it was signed");
    return review;
  }
  review.public_key = *signer;
  simdjson::dom::parser parser;
  simdjson::dom::element manifest;
  if (parser.parse(text).get(manifest) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "this is no evidence file: its manifest is none");
  }
  review.tenant = text_of(manifest, "tenant");
  review.mention = text_of(manifest, "mention");
  review.made_at = text_of(manifest, "made_at");
  compare(manifest, std::move(*files), review.flaws);
  return review;
}

}  // namespace vigie
