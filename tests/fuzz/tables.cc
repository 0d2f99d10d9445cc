// Archives that are no JSON, by the format that the first line names, else any table.
#include <memory>

#include "engine/core/settings.h"
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

constexpr std::string_view kColumns = R"(
csv: {id_from: [Titre, Date]}
time_zone: Europe/Paris
mentions:
  - items: /*
    kind: review
    id: [/Id, "/#id"]
    title: /Titre
    text: /Texte
    created_at: /Date
    rating: /Note
    rating_words: {Bien: 5, Mauvais: 1}
    place: /Lieu
    lat: /Lat
    lon: /Lon
)";

std::shared_ptr<const Settings> columns() {
  std::vector<Problem> problems;
  auto settings = Settings::parse(kColumns, "columns.yaml", problems);
  check(settings.has_value(), "our own columns are right");
  return std::make_shared<const Settings>(std::move(*settings));
}

VIGIE_FUZZ(tables) {
  static const std::shared_ptr<const Settings> settings = columns();
  const std::string_view name = take_line(bytes);
  for (const char* const format : {"services_publics_plus_csv", "open311_xml", "vine"}) {
    if (name == format) {
      return check_format(format, bytes);
    }
  }
  check_format("csv", bytes, settings);
}

}  // namespace
}  // namespace vigie::fuzz
