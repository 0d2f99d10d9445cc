// The security file claims nothing that no test shows: every test it names is in the tree.
#include "engine/report/security_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "engine/report/html_document.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::move(text).str();
}

/// "Suite.Name" of every GoogleTest, "commands/x: title" of every Python test.
std::set<std::string> tests_of_the_tree() {
  std::set<std::string> names;
  const fs::path tests = fs::path(VIGIE_SOURCE_DIR) / "tests";
  const std::regex cc(R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))"), py(R"re((?:^|\n)    "([^"\n]+)":)re");
  for (const auto& entry : fs::recursive_directory_iterator(tests)) {
    const fs::path& path = entry.path();
    const bool is_cc = path.extension() == ".cc", is_py = path.extension() == ".py";
    if (!is_cc && !is_py) {
      continue;
    }
    const std::string text = content(path);
    for (std::sregex_iterator at(text.begin(), text.end(), is_cc ? cc : py), end; at != end; ++at) {
      names.insert(is_cc ? (*at)[1].str() + "." + (*at)[2].str()
                         : path.parent_path().filename().string() + "/" + path.stem().string() +
                               ": " + (*at)[1].str());
    }
  }
  return names;
}

TEST(SecurityFile, EveryMeasureIsShownByTestsOfTheTree) {
  const std::set<std::string> known = tests_of_the_tree();
  ASSERT_GT(known.size(), 500U) << "the tree's tests were found";
  for (const SecurityMeasure& one : security_measures()) {
    std::string left(one.tests);
    ASSERT_FALSE(left.empty()) << one.measure;
    while (!left.empty()) {
      const std::size_t end = left.find(" ; ");
      const std::string name = left.substr(0, end);
      EXPECT_TRUE(known.contains(name)) << one.measure << ": there is no test '" << name << "'";
      left = end == std::string::npos ? "" : left.substr(end + 3);
    }
  }
}

TEST(SecurityFile, EveryScenarioHasAMeasureAndEveryMeasureAScenario) {
  for (const char* scenario : {"S1", "S2", "S3", "S4", "S5", "S6"}) {
    EXPECT_TRUE(std::ranges::any_of(security_measures(), [&](const SecurityMeasure& one) {
      return one.against.find(scenario) != std::string_view::npos;
    })) << scenario;
  }
  for (const SecurityMeasure& one : security_measures()) {
    EXPECT_TRUE(one.against.starts_with("S")) << one.measure;
  }
}

TEST(SecurityFile, SaysWhatIsConfiguredAndWhatIsLeftToTheTown) {
  ProcessingFacts facts;
  facts.tenant = "Techni<ville>";
  facts.purpose = "répondre";
  facts.sources = {{"guichet", "webhook", true, {}}};
  facts.recipients = {{"astreinte", "sms", true, false}};
  facts.software = "vigie 1.2";
  const std::string page = security_file(facts);
  EXPECT_THAT(page, HasSubstr("Techni&lt;ville&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<ville>")));
  EXPECT_THAT(page, HasSubstr("guichet"));
  EXPECT_THAT(page, HasSubstr("astreinte"));
  EXPECT_THAT(page, HasSubstr("Reveals.NeedASecondPerson"));
  EXPECT_GT(places_to_complete(page), 10U);
}

}  // namespace
}  // namespace vigie
