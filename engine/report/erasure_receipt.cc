#include "engine/report/erasure_receipt.h"

#include "engine/core/json_writer.h"
#include "engine/store/bytes.h"

namespace vigie {
namespace {

constexpr char kUnderWay = 'u';

/// "28/11/2026".
std::string french_date(Time time) {
  const std::string text = format_time(time);
  return text.substr(8, 2) + "/" + text.substr(5, 2) + "/" + text.substr(0, 4);
}

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number < 2 ? one : many);
}

std::string french_text(const ReceiptFacts& facts, Time rewritten_at, std::uint32_t backup_days) {
  const Store::Erased& erased = facts.erased;
  const std::string right = facts.kind == ErasureKind::kErasure ? "effacement (article 17 du RGPD)"
                                                                : "opposition (article 21 du RGPD)";
  return "Récépissé n° " + facts.number + ". " + facts.tenant_name + " a reçu le " +
         french_date(facts.requested_at) + " votre demande d'" + right +
         ". Ont été supprimés : " + count(erased.mentions, "publication", "publications") + ", " +
         count(erased.identities, "copie scellée", "copies scellées") +
         " de votre identité avec ses clés, vos mots dans " +
         count(erased.alerts, "alerte", "alertes") + ", " +
         count(erased.dead_letters, "message illisible", "messages illisibles") +
         ". Les fichiers qui les contenaient ont été réécrits le " + french_date(rewritten_at) +
         ". Vos publications futures ne seront pas conservées : nous gardons pour cela une "
         "empreinte "
         "à clé de votre compte, et rien d'autre. Une sauvegarde antérieure ne peut être remise en "
         "service sans que cet effacement soit rejoué avant toute ouverture ; les sauvegardes sont "
         "réécrites ou détruites au plus tard le " +
         french_date(rewritten_at + std::chrono::days(backup_days)) +
         ". Les statistiques, qui ne nomment personne, ont été corrigées. Vous pouvez vous "
         "adresser "
         "au délégué à la protection des données de la collectivité ou à la CNIL.";
}

}  // namespace

std::string encode_receipt_facts(const ReceiptFacts& facts) {
  std::string bytes(1, kUnderWay);
  for (const std::string* text : {&facts.number, &facts.tenant, &facts.tenant_name}) {
    put_text(bytes, *text);
  }
  bytes.push_back(static_cast<char>(facts.kind));
  put_signed(bytes, facts.requested_at.time_since_epoch().count());
  for (const std::uint64_t number : {facts.erased.mentions, facts.erased.identities,
                                     facts.erased.alerts, facts.erased.dead_letters}) {
    put_varint(bytes, number);
  }
  return bytes;
}

bool is_under_way(std::string_view bytes) { return bytes.starts_with(kUnderWay); }

Result<ReceiptFacts> decode_receipt_facts(std::string_view bytes) {
  if (!is_under_way(bytes)) {
    return fail(ErrorCode::kNotFound, "that receipt is finished");
  }
  ByteReader in(bytes.substr(1));
  ReceiptFacts facts;
  for (std::string* text : {&facts.number, &facts.tenant, &facts.tenant_name}) {
    *text = in.text();
  }
  facts.kind = in.choice<ErasureKind>(2);
  facts.requested_at = Time(microseconds(in.integer()));
  for (std::uint64_t* number : {&facts.erased.mentions, &facts.erased.identities,
                                &facts.erased.alerts, &facts.erased.dead_letters}) {
    *number = in.varint();
  }
  return in.done() ? Result<ReceiptFacts>(std::move(facts))
                   : fail(ErrorCode::kCorrupt, "a stored receipt cannot be read");
}

std::string write_receipt(const ReceiptFacts& facts, Time files_rewritten_at,
                          std::uint32_t backup_days, const SigningKey& key) {
  std::string object;
  JsonWriter json(object);
  json.begin_object();
  json.key("document").value("vigie-erasure-receipt");
  json.key("number").value(facts.number);
  json.key("state").value("done");
  json.key("tenant").value(facts.tenant);
  json.key("tenant_name").value(facts.tenant_name);
  json.key("kind").value(to_string(facts.kind));
  json.key("requested_at").value(format_time(facts.requested_at));
  json.key("files_rewritten_at").value(format_time(files_rewritten_at));
  json.key("backups_gone_by")
      .value(format_time(files_rewritten_at + std::chrono::days(backup_days)));
  json.key("removed").begin_object();
  json.key("mentions").value(facts.erased.mentions);
  json.key("identities").value(facts.erased.identities);
  json.key("alerts").value(facts.erased.alerts);
  json.key("dead_letters").value(facts.erased.dead_letters);
  json.end_object();
  json.key("text").value(french_text(facts, files_rewritten_at, backup_days));
  json.end_object();
  return sign_document(key, std::move(object));
}

}  // namespace vigie
