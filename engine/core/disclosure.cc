#include "engine/core/disclosure.h"

namespace vigie {

void write_disclosure(const SourceDisclosure& disclosure, JsonWriter& json) {
  for (const auto& [name, words] :
       {std::pair("hosts", &disclosure.hosts), std::pair("sends", &disclosure.sends)}) {
    json.key(name).begin_array();
    for (const std::string& word : *words) {
      json.value(word);
    }
    json.end_array();
  }
  json.key("is_pushed").value(disclosure.is_pushed);
  json.key("country").value(disclosure.country);
  json.key("legal_note").value(disclosure.legal_note);
}

}  // namespace vigie
