#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/report/privacy_documents.h"

namespace vigie {

/// A measure of the software's, what it is against, and the tests that show it: "Suite.Name" of a
/// GoogleTest program, or "commands/x: title" of tests/commands/x.py (faults/ likewise), " ; "
/// between them.
struct SecurityMeasure {
  std::string_view measure, against, tests;
};
std::span<const SecurityMeasure> security_measures();

/// What a town needs to know of Vigie to put its watch into service under the RGS (référentiel
/// général de sécurité, décret 2010-112: the homologation): perimeter, assets, data flows, feared
/// events and scenarios in the manner of EBIOS Risk Manager, measures with the tests that show
/// each, and what is left to the town. French, HTML.
std::string security_file(const ProcessingFacts& facts);

}  // namespace vigie
