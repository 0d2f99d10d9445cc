#include "connectors/nats_protocol.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using Kind = NatsOperation::Kind;

const std::string kConversation =
    "INFO {\"headers\":true}\r\nPING\r\n+OK\r\nPONG\r\n-ERR 'Authorization Violation'\r\n"
    "MSG town.square 1 5\r\na\r\nb!\r\n"
    "MSG town.square 1 $JS.ACK.T.v.1.1.1.0.0 0\r\n\r\n"
    "HMSG town.square 1 reply 22 24\r\nNATS/1.0\r\nName: it\r\n\r\nok\r\n"
    "HMSG inbox 1 28 28\r\nNATS/1.0 404 No Messages\r\n\r\n\r\n";

std::string told(const NatsOperation& operation) {
  return std::to_string(static_cast<int>(operation.kind)) + '|' + operation.subject + '|' +
         operation.reply + '|' + operation.payload + '|' + std::to_string(operation.status) + '|' +
         operation.status_text + '\n';
}

TEST(NatsReader, UnderstandsOperationsHoweverTheyAreCut) {
  const std::string wanted =
      "0|||{\"headers\":true}|0|\n2||||0|\n4||||0|\n3||||0|\n5|||'Authorization Violation'|0|\n"
      "1|town.square||a\r\nb!|0|\n1|town.square|$JS.ACK.T.v.1.1.1.0.0||0|\n"
      "1|town.square|reply|ok|0|\n1|inbox|||404|404 No Messages\n";
  for (std::size_t step = 1; step <= kConversation.size(); ++step) {
    NatsReader reader;
    std::string all;
    for (std::size_t at = 0; at < kConversation.size(); at += step) {
      reader.feed(std::string_view(kConversation).substr(at, step));
      for (;;) {
        const auto operation = reader.next();
        ASSERT_TRUE(operation) << operation.error().text;
        if (!*operation) {
          break;
        }
        all += told(**operation);
      }
    }
    ASSERT_EQ(all, wanted) << "cut every " << step << " bytes";
  }
}

TEST(NatsReader, RefusesWhatIsNotNats) {
  for (const std::string& nonsense :
       {std::string("HTTP/1.1 400 Bad Request\r\n"), std::string("MSG a 1 99999999999\r\n"),
        std::string("MSG a 1 -1\r\n"), std::string("MSG a\r\n"), std::string("MSG a 1 b c 2\r\n"),
        std::string("MSG a 1 1\r\nxyz"), std::string("HMSG a 1 9 3\r\n"), std::string(9'000, 'x'),
        "INFO " + std::string(99'000, 'x')}) {
    NatsReader reader;
    reader.feed(nonsense);
    EXPECT_FALSE(reader.next()) << nonsense.substr(0, 40);
    EXPECT_FALSE(reader.next()) << "and it stays so";
  }
}

TEST(NatsPublication, SaysHowLongItIs) {
  EXPECT_EQ(nats_publication("a.b", "", "+ACK"), "PUB a.b 4\r\n+ACK\r\n");
  EXPECT_EQ(nats_publication("a.b", "c", ""), "PUB a.b c 0\r\n\r\n");
}

}  // namespace
}  // namespace vigie
