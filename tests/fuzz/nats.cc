// What a NATS server says; the first line says where it is cut. And seeds and credentials.
#include <string>

#include "connectors/nats_credentials.h"
#include "connectors/nats_protocol.h"
#include "engine/core/check.h"
#include "tests/fuzz/streams.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

std::string operations(std::string_view bytes, std::string_view cuts) {
  NatsReader reader;
  std::string told;
  bool broken = false;
  in_pieces(bytes, cuts, [&](std::string_view piece) {
    reader.feed(piece);
    while (!broken) {
      const auto next = reader.next();
      if (!next) {
        told += "broken";
        broken = true;
      } else if (!*next) {
        return;
      } else {
        const NatsOperation& said = **next;
        check(said.payload.size() <= NatsReader::kMaxMessageBytes, "within the bound");
        told += std::to_string(static_cast<int>(said.kind)) + " " + said.subject + " " +
                said.reply + " " + std::to_string(said.status) + said.status_text + "\n" +
                said.payload + "\n";
      }
    }
  });
  return told;
}

VIGIE_FUZZ(nats) {
  const std::string_view cuts = take_line(bytes);
  check(operations(bytes, cuts) == operations(bytes, {}), "where it is cut changes nothing");
  const std::string publication = nats_publication("a.b", "_inbox.1", bytes);
  check(publication.starts_with("PUB a.b _inbox.1 " + std::to_string(bytes.size()) + "\r\n"),
        "it says its size");
  NatsReader reader;
  reader.feed("MSG" + publication.substr(3).insert(5, "7 "));
  const auto heard = reader.next();
  check(heard && *heard && (*heard)->payload == bytes, "what one says is what the other hears");
  const auto seed = parse_nats_seed(bytes);
  check(!seed || seed->size() == 32, "a seed is 32 bytes");
  parse_nats_creds(bytes);
}

}  // namespace
}  // namespace vigie::fuzz
