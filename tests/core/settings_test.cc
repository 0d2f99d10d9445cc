#include "engine/core/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::optional<Settings> parse(std::string_view yaml, std::vector<Problem>& problems) {
  return Settings::parse(yaml, "town.yaml", problems);
}

TEST(Settings, ReadsScalarsListsAndMaps) {
  std::vector<Problem> problems;
  const auto root =
      parse("name: Techniville\nport: 8087\nlive: true\nnames: [a, b]\nalone: c\n", problems);
  ASSERT_TRUE(root) << to_string(problems);
  EXPECT_EQ(root->text("name", problems), "Techniville");
  EXPECT_EQ(root->integer("port", 1, 65535, problems), 8087);
  EXPECT_TRUE(root->boolean("live", problems));
  EXPECT_THAT(root->texts("names", problems), ElementsAre("a", "b"));
  EXPECT_THAT(root->texts("alone", problems), ElementsAre("c"));
  EXPECT_EQ(root->text("absent", problems, "fallback"), "fallback");
  EXPECT_TRUE(problems.empty()) << to_string(problems);
}

TEST(Settings, ReportsEveryProblemWhereItStands) {
  std::vector<Problem> problems;
  const auto root = parse("port: 70000\nlive: maybe\nprot: 1\nname: [x]\n", problems);
  ASSERT_TRUE(root);
  root->integer("port", 1, 65535, problems);
  root->boolean("live", problems);
  root->text("name", problems);
  root->text("id", problems);
  root->allow_only({"port", "live", "name", "id"}, problems);
  EXPECT_EQ(to_string(problems),
            "town.yaml:1:7: 'port' must be a whole number from 1 to 65535\n"
            "town.yaml:2:7: 'live' must be true or false\n"
            "town.yaml:4:7: 'name' must be a text\n"
            "town.yaml:1:1: 'id' is missing\n"
            "town.yaml:3:7: unknown field 'prot'; did you mean 'port'?");
}

TEST(Settings, RefusesBrokenAndHostileYaml) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::pair<std::string, const char*> cases[] = {
      {"a: [1, 2", "not YAML"},          {"a: 1\na: 2\n", "given twice"},
      {"a: &x [1]\nb: *x\n", "aliases"}, {deep, "deeper than 64"},
      {"? [1, 2]\n: 3\n", "plain word"}, {std::string(17 << 20, ' '), "longer than 16 MiB"},
  };
  for (const auto& [yaml, complaint] : cases) {
    std::vector<Problem> problems;
    EXPECT_FALSE(parse(yaml, problems));
    ASSERT_EQ(problems.size(), 1U) << complaint;
    EXPECT_THAT(to_string(problems), HasSubstr(complaint));
  }
}

TEST(Settings, ResolvesAPathAgainstTheFileItStandsIn) {
  std::vector<Problem> problems;
  const auto settings = Settings::parse("a: [{b: 1}]", "/etc/vigie/vigie.yaml", problems);
  const Settings& inner = settings->find("a")->items()[0];
  EXPECT_EQ(inner.resolve("keys/hook.secret"), "/etc/vigie/keys/hook.secret");
  EXPECT_EQ(inner.resolve("../shared/x"), "/etc/shared/x");
  EXPECT_EQ(inner.resolve("/run/x"), "/run/x");
  EXPECT_EQ(inner.resolve(""), "");
}

TEST(Settings, SaysWhichFileCannotBeRead) {
  std::vector<Problem> problems;
  EXPECT_FALSE(Settings::read_file("/nowhere/vigie.yaml", problems));
  EXPECT_EQ(to_string(problems), "/nowhere/vigie.yaml: cannot be read");
}

}  // namespace
}  // namespace vigie
