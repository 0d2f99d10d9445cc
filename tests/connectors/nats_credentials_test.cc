// NKeys and JWTs, against a real nats-server that knows only their public halves.
#include "connectors/nats_credentials.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "connectors/nats_connection.h"
#include "tests/connectors/awaited.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/peer.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using testing::HasSubstr;

// The pair that the documentation of nats.io shows.
constexpr const char* kSeed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
constexpr const char* kName = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

std::string base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  out.pop_back();
  return out;
}

/// A key of whoever vouches for others: an operator (14) or an account (0), as nkeys number them.
struct Voucher {
  explicit Voucher(unsigned kind) {
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
    crypto_sign_keypair(open.data(), secret.data());
    std::string bytes(1, static_cast<char>(kind << 3U));
    bytes.append(reinterpret_cast<const char*>(open.data()), open.size());
    std::uint32_t crc = 0;
    for (const char c : bytes) {
      crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8U;
      for (int bit = 0; bit < 8; ++bit) {
        crc = ((crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U) & 0xffffU;
      }
    }
    bytes += {static_cast<char>(crc & 0xffU), static_cast<char>(crc >> 8U)};
    std::uint64_t held = 0;
    unsigned bits = 0;
    for (const char c : bytes) {
      held = held << 8U | static_cast<unsigned char>(c);
      for (bits += 8; bits >= 5; bits -= 5) {
        name += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[held >> (bits - 5) & 31U];
      }
    }
  }
  /// A JWT about `subject`, in which `claims` stand under "nats".
  std::string vouch(const std::string& subject, const std::string& claims) const {
    const std::string text =
        base64url(R"({"typ":"JWT","alg":"ed25519-nkey"})") + "." +
        base64url(R"({"jti":"1","iat":1700000000,"iss":")" + name + R"(","name":"it","sub":")" +
                  subject + R"(","nats":)" + claims + "}");
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret.data());
    return text + "." + base64url(signature);
  }
  std::string name;
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
};

class NatsServer {
 public:
  explicit NatsServer(const std::string& configuration) {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
    ::close(probe);
    const std::string file =
        folder_.write("nats.conf", "listen: \"127.0.0.1:" + port_ + "\"\njetstream {store_dir: \"" +
                                       folder_.path().string() + "\"}\n" + configuration);
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDERR_FILENO);
      ::execl("/usr/sbin/nats-server", "nats-server", "-c", file.c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~NatsServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  /// What the server says to somebody with these credentials; empty: nothing against them.
  std::string log_in(const NatsCredentials& credentials) const {
    for (int tries = 0; tries < 250; ++tries) {
      asio::io_context io;
      auto connection = awaited(
          io, open_nats_connection(io.get_executor(), {"Vigie/test", {}},
                                   {.host = "127.0.0.1", .port = port_, .allow_private = true}));
      if (connection) {
        const Result<std::string> objection = awaited(io, (*connection)->log_in(credentials));
        return objection ? *objection : "! " + objection.error().text;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // it is starting
    }
    return "! the server does not answer";
  }

 private:
  TempFolder folder_;
  std::string port_;
  pid_t process_ = -1;
};

class NatsCredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::access("/usr/sbin/nats-server", X_OK) != 0) {
      GTEST_SKIP() << "nats-server is not installed";
    }
  }
  static NatsCredentials of_seed(const std::string& jwt = {}) {
    return {{}, {}, jwt, parse_nats_seed(kSeed).value()};
  }
};

TEST_F(NatsCredentialsTest, AnNKeySignsTheServersNonce) {
  const NatsServer server(std::string("authorization {users: [{nkey: \"") + kName + "\"}]}\n");
  EXPECT_EQ(server.log_in(of_seed()), "");
  NatsCredentials stranger = of_seed();
  stranger.seed[0] = static_cast<char>(stranger.seed[0] ^ 1);
  EXPECT_THAT(server.log_in(stranger), HasSubstr("Authorization Violation"));
  EXPECT_THAT(server.log_in({"vigie", "a-password-of-the-tests", {}, {}}),
              HasSubstr("Authorization Violation"));
}

TEST_F(NatsCredentialsTest, AJwtIsShownWithASignatureOfItsKey) {
  const Voucher nats_operator(14), account(0), system(0);
  const std::string limits =
      R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,)"
      R"("conn":-1,"leaf":-1,"mem_storage":-1,"disk_storage":-1,"streams":-1,"consumer":-1})";
  const std::string of_account =
      "{" + limits + R"(,"default_permissions":{"pub":{},"sub":{}},"type":"account","version":2})";
  const std::string of_user =
      R"({"pub":{},"sub":{},"subs":-1,"data":-1,"payload":-1,"type":"user","version":2})";
  const NatsServer server(
      "operator: " + nats_operator.vouch(nats_operator.name, R"({"type":"operator","version":2})") +
      "\nsystem_account: " + system.name + "\nresolver: MEMORY\nresolver_preload: {\n" +
      account.name + ": " + nats_operator.vouch(account.name, of_account) + "\n" + system.name +
      ": " + nats_operator.vouch(system.name, R"({"type":"account","version":2})") + "\n}\n");
  const std::string jwt = account.vouch(kName, of_user);
  EXPECT_EQ(server.log_in(of_seed(jwt)), "");
  NatsCredentials thief = of_seed(jwt);
  thief.seed[0] = static_cast<char>(thief.seed[0] ^ 1);
  EXPECT_THAT(server.log_in(thief), HasSubstr("Authorization Violation"));
  EXPECT_THAT(server.log_in(of_seed(Voucher(0).vouch(kName, of_user))),
              HasSubstr("Authorization Violation"))
      << "an account that no operator vouches for";
}

TEST(NatsSeed, IsReadAndNothingElse) {
  EXPECT_EQ(parse_nats_seed(kSeed)->size(), 32U);
  std::string wrong = kSeed;
  wrong[20] = wrong[20] == 'A' ? 'B' : 'A';
  for (const std::string& text : {wrong, std::string(kName), std::string(kSeed).substr(2),
                                  std::string("su"), std::string()}) {
    const Result<std::string> seed = parse_nats_seed(text);
    ASSERT_FALSE(seed) << text;
    EXPECT_TRUE(text.empty() || seed.error().text.find(text) == std::string::npos)
        << "an error must not show what may be a secret";
  }
}

TEST(NatsCreds, AreTakenFromTheirBlocks) {
  const std::string file =
      "-----BEGIN NATS USER JWT-----\neyJ0.eyJq.c2ln\n------END NATS USER JWT------\n\n"
      "************************* IMPORTANT *************************\n"
      "-----BEGIN USER NKEY SEED-----\n" +
      std::string(kSeed) + "\n------END USER NKEY SEED------\n";
  const auto creds = parse_nats_creds(file);
  ASSERT_TRUE(creds);
  EXPECT_EQ(creds->jwt, "eyJ0.eyJq.c2ln");
  EXPECT_EQ(creds->seed, kSeed);
  EXPECT_FALSE(parse_nats_creds(file.substr(0, 60)));
  EXPECT_FALSE(parse_nats_creds(""));
}

TEST(NatsCreds, ComeFromFilesThatOnlyTheirOwnerReads) {
  const TempFolder folder;
  const auto read = [](const std::string& yaml, std::vector<Problem>& problems) {
    return read_nats_credentials(*Settings::parse(yaml, "vigie.yaml", problems), problems);
  };
  std::vector<Problem> problems;
  const std::string seed = folder.write_private("seed", std::string(kSeed) + "\n");
  EXPECT_EQ(read("nkey_file: " + seed, problems).seed, parse_nats_seed(kSeed).value());
  const std::string creds =
      folder.write_private("creds",
                           "-----BEGIN NATS USER JWT-----\na.b.c\n------END NATS USER JWT------\n"
                           "-----BEGIN USER NKEY SEED-----\n" +
                               std::string(kSeed) + "\n------END USER NKEY SEED------\n");
  EXPECT_EQ(read("creds_file: " + creds, problems).jwt, "a.b.c");
  EXPECT_TRUE(problems.empty()) << to_string(problems);
  read("{nkey_file: " + seed + ", creds_file: " + creds + "}", problems);
  read("creds_file: " + folder.write("open", "x"), problems);
  read("nkey_file: " + folder.write_private("other", "SUAAAAAAAAAAAAAAAAAAAA"), problems);
  const std::string all = to_string(problems);
  for (const char* part : {"one way", "chmod 600", "not the seed"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
}

}  // namespace
}  // namespace vigie
