#include "connectors/secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/temp_folder.h"

namespace vigie {
namespace {

TEST(SecretFile, MustBeForItsOwnerOnly) {
  TempFolder folder;
  const std::string path = folder.write("secret", "0123456789abcdef\n");
  ::chmod(path.c_str(), 0600);
  ASSERT_TRUE(read_secret_file(path));
  EXPECT_EQ(*read_secret_file(path), "0123456789abcdef");
  for (const mode_t mode : {0640, 0604, 0644, 0660}) {
    ::chmod(path.c_str(), mode);
    const auto secret = read_secret_file(path);
    ASSERT_FALSE(secret) << mode;
    EXPECT_EQ(secret.error().code, ErrorCode::kRefused);
    EXPECT_NE(secret.error().text.find("chmod 600"), std::string::npos);
  }
}

TEST(SecretFile, MustHoldASecretWorthTheName) {
  TempFolder folder;
  for (const std::string& content :
       {std::string(), std::string("\n\n"), std::string("short"), std::string(9000, 'x')}) {
    const std::string path = folder.write("secret", content);
    ::chmod(path.c_str(), 0600);
    EXPECT_FALSE(read_secret_file(path)) << content.size();
  }
  EXPECT_FALSE(read_secret_file((folder.path() / "absent").string()));
  EXPECT_FALSE(read_secret_file(folder.path().string()));
}

/// What a connector with these settings reads, or what it complains of.
std::string read(const std::string& yaml) {
  std::vector<Problem> problems;
  const auto settings = Settings::parse(yaml, "vigie.yaml", problems);
  const std::optional<std::string> secret = read_secret(*settings, problems);
  return secret ? *secret : "! " + to_string(problems);
}

TEST(Secret, ComesFromAFileOrFromSystemd) {
  TempFolder folder;
  const std::string path = folder.write("token", "0123456789abcdef\n");
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(read("secret_file: " + path), "0123456789abcdef");
  EXPECT_EQ(read("id: town"), "! ");
  EXPECT_NE(read("credential: token").find("was handed over"), std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  EXPECT_EQ(read("credential: token"), "0123456789abcdef");
  EXPECT_EQ(read("secret_file: /run/credentials/vigie.service/token"), "0123456789abcdef");
  EXPECT_NE(read("secret_file: /run/credentials/vigie.service/absent").find("cannot be read"),
            std::string::npos);
  EXPECT_NE(read("credential: ../token").find("was handed over"), std::string::npos);
  EXPECT_NE(read("credential: absent").find("cannot be read"), std::string::npos);
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(Secret, NeverCarriesHeaderFieldsOfItsOwn) {
  TempFolder folder;
  const std::string path = folder.write("token", "0123456789abcdef\r\nX-Other: 1\n");
  ::chmod(path.c_str(), 0600);
  EXPECT_NE(read("secret_file: " + path).find("one line"), std::string::npos);
}

}  // namespace
}  // namespace vigie
