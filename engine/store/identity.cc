#include "engine/store/identity.h"

#include "engine/core/json_writer.h"
#include "engine/store/bytes.h"

namespace vigie {

void encode_identity(const Author& author, std::string& out) {
  for (const std::string_view text : {author.id, author.name, author.url}) {
    put_text(out, text);
  }
}

std::string identity_json(std::string_view encoded) {
  ByteReader reader(encoded);
  std::string identity;
  JsonWriter json(identity);
  json.begin_object();
  for (const std::string_view key : {"id", "name", "url"}) {
    json.key(key).value(reader.text());
  }
  json.end_object();
  return identity;
}

}  // namespace vigie
