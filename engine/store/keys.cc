#include "engine/store/keys.h"

namespace vigie {

// Which tenants a rule is for is not kept: their indexes mean nothing in the next configuration.
void encode_catalogue(const Catalogue& catalogue, std::string& out) {
  put_text(out, catalogue.ruleset);
  put_text(out, catalogue.model);
  put_varint(out, catalogue.names.size());
  for (const std::string& name : catalogue.names) {
    put_text(out, name);
  }
  put_varint(out, catalogue.rules.size());
  for (const RuleInfo& rule : catalogue.rules) {
    put_varint(out, rule.name);
    out.push_back(static_cast<char>(rule.kind));
    put_signed(out, rule.weight);
    put_varint(out, rule.topic);
  }
  for (const RuleInfo& rule : catalogue.rules) {
    put_text(out, rule.title);
  }
  for (const RuleInfo& rule : catalogue.rules) {
    put_varint(out, rule.crowd.authors);
    put_varint(out, static_cast<std::uint64_t>(rule.crowd.within.count()));
  }
}

Result<Catalogue> decode_catalogue(std::string_view bytes) {
  ByteReader in(bytes);
  Catalogue catalogue;
  catalogue.ruleset = in.text();
  catalogue.model = in.text();
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    catalogue.names.emplace_back(in.text());
  }
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    RuleInfo rule;
    rule.name = in.natural<std::uint32_t>();
    rule.kind = in.choice<RuleKind>(5);
    rule.weight = static_cast<std::int32_t>(in.integer());
    rule.topic = in.natural<std::uint32_t>();
    catalogue.rules.push_back(std::move(rule));
  }
  if (in.left() != 0) {  // written since rules have titles
    for (RuleInfo& rule : catalogue.rules) {
      rule.title = in.text();
    }
  }
  for (RuleInfo& rule : catalogue.rules) {
    rule.crowd.authors = in.natural<std::uint16_t>();
    rule.crowd.within = std::chrono::minutes(in.natural<std::uint32_t>());
  }
  if (!in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored catalogue cannot be read: its bytes are damaged");
  }
  return catalogue;
}

std::string encode_delivery(const Delivery& delivery) {
  std::string out;
  put_varint(out, delivery.attempts);
  put_signed(out, delivery.next_at.time_since_epoch().count());
  out.push_back(delivery.dead ? '\1' : '\0');
  put_text(out, delivery.last_error);
  out.push_back(static_cast<char>(delivery.purpose));
  put_varint(out, delivery.round);
  return out;
}

Result<Delivery> decode_delivery(std::string_view key, std::string_view bytes) {
  ByteReader name(key), in(bytes);
  Delivery delivery;
  delivery.alert = name.u64();
  delivery.receiver = name.take(name.left());
  delivery.attempts = in.natural<std::uint32_t>();
  delivery.next_at = Time(microseconds(in.integer()));
  delivery.dead = in.byte() != 0;
  delivery.last_error = in.text();
  if (in.left() != 0) {  // written since deliveries can be held
    delivery.purpose = in.choice<Delivery::Purpose>(6);
    delivery.round = in.varint();
  }
  if (!name.ok() || !in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored delivery cannot be read: its bytes are damaged");
  }
  return delivery;
}

}  // namespace vigie
