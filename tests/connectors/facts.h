#pragma once

#include <gtest/gtest.h>

#include <string>

namespace vigie {

/// Says in the report of the tests what the test under way shows of a source: one or several of
/// takes, resumes, cut, limited, refused, trickle, malformed, edit, deletion, with commas between;
/// "no edit" where the source tells nothing of it. tests/facts.py makes a table of what was shown.
inline void shows(const std::string& source, const std::string& facts) {
  testing::Test::RecordProperty("shows", source + ": " + facts);
}

}  // namespace vigie
