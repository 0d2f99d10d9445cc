#include "connectors/table_mapping.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <utility>

#include "connectors/api_sources.h"
#include "connectors/csv_records.h"
#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/parse/document_encoding.h"
#include "engine/parse/xml_reader.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxTableBytes = 32 << 20;
constexpr std::size_t kIdBytes = 16;

// The columns of the portal's export, `;` between them. It names no id, so the words that people
// wrote and when are one: an answer that is added later does not make a second mention of it.
constexpr std::string_view kServicesPublicsPlusCsv = R"(
network: services-publics-plus
time_zone: Europe/Paris
csv: {separator: ";", id_from: [Titre, Écrit le, Description]}
mentions:
  - items: /*
    kind: review
    id: ["/ID expérience", /Identifiant, "/#id"]
    title: /Titre
    text: /Description
    author_name: /Pseudonyme usager
    created_at: /Écrit le
    place: /Intitulé département usager
    rating: /Ressenti usager
    rating_words: {Positif: 5, Neutre: 3, Négatif: 1}
)";

// Numbers beyond 2^53 were rounded by who wrote the archive: the ids are in the texts. `created`
// names no zone; it is UTC.
constexpr std::string_view kVine = R"(
network: vine
mentions:
  - items: ""
    kind: post
    skip_empty: true
    id: /postIdStr
    text: /description
    author_id: /userIdStr
    author_name: /username
    created_at: /created
    url: /permalinkUrl
    likes: [/likes, /likes/count]
    reposts: [/reposts, /reposts/count]
    replies: [/comments, /comments/count]
)";

struct CsvOptions {
  char separator = '\0';  ///< '\0': the header tells
  std::vector<std::string> id_from;
};

CsvOptions read_csv_options(const Settings& settings, std::vector<Problem>& problems) {
  CsvOptions options;
  const Settings* csv = settings.find("csv");
  if (csv == nullptr) {
    return options;
  }
  csv->allow_only({"separator", "id_from"}, problems);
  const std::string separator = csv->text("separator", problems, "");
  if (separator.size() > 1 || separator == "\"" || separator == "\n") {
    csv->find("separator")->complain("'separator' is one character: , ; | or a tab", problems);
  } else if (!separator.empty()) {
    options.separator = separator.front();
  }
  options.id_from = csv->texts("id_from", problems);
  return options;
}

std::string digest_of_columns(const std::vector<std::string>& columns,
                              const std::vector<std::string>& names,
                              const std::vector<std::string>& record) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kIdBytes);
  for (const std::string& column : columns) {
    const auto at = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
    const std::string value = at < record.size() ? record[at] : std::string();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(value.c_str()),
                              value.size() + 1);  // with its NUL: no two rows run together
  }
  std::array<unsigned char, kIdBytes> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, 2 * kIdBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

/// A JSON document in place of an envelope's bytes.
Envelope with_bytes(const Envelope& envelope, std::string_view json) {
  Envelope other;
  other.origin = envelope.origin;
  other.bytes = Payload(json);
  other.received_at = envelope.received_at;
  return other;
}

/// One table, record by record.
class CsvReader {
 public:
  CsvReader(JsonShape shape, CsvOptions options)
      : mapping_(make_json_mapping(std::move(shape))), options_(std::move(options)) {}

  void read(const Envelope& envelope, MentionSink& sink) {
    const std::string_view bytes = envelope.bytes.view();
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
      return sink.reject(RejectReason::kInvalidUtf8, "this table is UTF-16: save it as UTF-8",
                         bytes.substr(0, 4096));
    }
    std::string storage;
    std::string_view text = in_utf8(bytes, kMaxTableBytes, storage);
    if (trimmed(text).empty()) {
      return;
    }
    const std::size_t header_end = csv_record_end(text);
    const char separator =
        options_.separator != '\0' ? options_.separator : csv_separator(text.substr(0, header_end));
    std::vector<std::string> names = take_csv_record(text, separator);
    for (std::string& name : names) {
      name = trimmed(name);
    }
    while (!text.empty()) {
      const std::string_view before = text;
      const std::vector<std::string> record = take_csv_record(text, separator);
      read_record(envelope, names, record, before.substr(0, before.size() - text.size()), sink);
    }
  }

 private:
  void read_record(const Envelope& envelope, const std::vector<std::string>& names,
                   const std::vector<std::string>& record, std::string_view bytes,
                   MentionSink& sink) {
    const bool is_empty =
        std::ranges::all_of(record, [](const std::string& field) { return field.empty(); });
    if (is_empty) {
      return;
    }
    if (record.size() > names.size()) {
      return sink.reject(RejectReason::kMalformed,
                         "a record of " + std::to_string(record.size()) +
                             " fields under a header of " + std::to_string(names.size()),
                         bytes);
    }
    json_.clear();
    JsonWriter json(json_);
    json.begin_array().begin_object();
    for (std::size_t i = 0; i < record.size(); ++i) {
      const bool is_first =
          std::ranges::find(names, names[i]) - names.begin() == static_cast<std::ptrdiff_t>(i);
      if (is_first && !record[i].empty()) {
        json.key(names[i]).value(record[i]);
      }
    }
    if (!options_.id_from.empty()) {
      json.key("#id").value(digest_of_columns(options_.id_from, names, record));
    }
    json.end_object().end_array();
    mapping_->map(with_bytes(envelope, json_), sink);
  }

  std::unique_ptr<Mapping> mapping_;
  CsvOptions options_;
  std::string json_;
};

std::shared_ptr<const Settings> parsed(std::string_view description, const std::string& name) {
  std::vector<Problem> problems;
  auto settings = Settings::parse(description, name + " (built in)", problems);
  check(settings.has_value(), to_string(problems));
  return std::make_shared<const Settings>(std::move(*settings));
}

JsonShape built_in_shape(const Settings& description) {
  std::vector<Problem> problems;
  JsonShape shape = read_json_shape(description, true, problems);
  check(problems.empty(), to_string(problems));
  return shape;
}

CsvReader built_in_reader(const Settings& description) {
  std::vector<Problem> problems;
  CsvOptions options = read_csv_options(description, problems);
  check(problems.empty(), to_string(problems));
  return {built_in_shape(description), std::move(options)};
}

class BuiltInCsvMapping final : public Mapping {
 public:
  explicit BuiltInCsvMapping(const Settings& description) : reader_(built_in_reader(description)) {}
  void map(const Envelope& envelope, MentionSink& sink) override { reader_.read(envelope, sink); }

 private:
  CsvReader reader_;
};

/// Keeps a reader per connector: there are as many as the configuration names.
class ConfiguredCsvMapping final : public Mapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    if (!envelope.origin || !envelope.origin->settings) {
      return sink.reject(RejectReason::kMissingId,
                         "this format needs the description in a connector's configuration",
                         envelope.bytes.view().substr(0, 4096));
    }
    std::unique_ptr<CsvReader>& reader = readers_[envelope.origin];
    if (!reader) {
      std::vector<Problem> checked_when_the_connector_was_made;
      const Settings& settings = *envelope.origin->settings;
      reader = std::make_unique<CsvReader>(
          read_json_shape(settings, false, checked_when_the_connector_was_made),
          read_csv_options(settings, checked_when_the_connector_was_made));
    }
    reader->read(envelope, sink);
  }

 private:
  std::map<std::shared_ptr<const Origin>, std::unique_ptr<CsvReader>> readers_;
};

/// <service_requests><request>…: each request an object of its elements' texts.
class RequestsReader final : private XmlReader {
 public:
  /// The same as JSON, as GeoReport v2 writes it; false: `why` it cannot be read.
  bool read(std::string_view document, std::string& json, Flaw& why) {
    JsonWriter writer(json);
    json_ = &writer;
    json_->begin_object().key("service_requests").begin_array();
    const std::optional<Flaw> flaw = read_document(document);
    json_->end_array().end_object();
    if (flaw) {
      why = *flaw;
    } else if (!is_of_requests_) {
      why = {RejectReason::kMalformed, "this is not a <service_requests> document"};
    }
    return !flaw && is_of_requests_;
  }
  using XmlReader::Flaw;

 private:
  static constexpr std::size_t kRequestDepth = 2, kFieldDepth = 3;

  void start(std::string_view name, std::string_view, std::string_view,
             const XmlAttributes&) override {
    is_of_requests_ |= depth() == 1 && name == "service_requests";
    if (is_of_requests_ && depth() == kRequestDepth && name == "request") {
      is_in_request_ = true;
      json_->begin_object();
    }
    text_.clear();
  }
  void end(std::string_view name) override {
    if (is_in_request_ && depth() == kFieldDepth && !trimmed(text_).empty()) {
      json_->key(name).value(trimmed(text_));
    } else if (is_in_request_ && depth() == kRequestDepth) {
      is_in_request_ = false;
      json_->end_object();
    }
    text_.clear();
  }
  void text(std::string_view text) override { text_ += text; }

  JsonWriter* json_ = nullptr;
  std::string text_;
  bool is_of_requests_ = false, is_in_request_ = false;
};

class Open311XmlMapping final : public Mapping {
 public:
  Open311XmlMapping() : requests_(mappings_of_apis().at("open311")()) {}

  void map(const Envelope& envelope, MentionSink& sink) override {
    std::string storage, json;
    const std::string_view document =
        trimmed(in_utf8(envelope.bytes.view(), kMaxTableBytes, storage));
    if (document.empty()) {
      return;
    }
    RequestsReader::Flaw why{};
    if (!RequestsReader().read(document, json, why)) {
      return sink.reject(why.reason, why.detail, envelope.bytes.view());
    }
    requests_->map(with_bytes(envelope, json), sink);
  }

 private:
  static MappingFactories mappings_of_apis() {
    MappingFactories formats;
    add_api_sources(formats);
    return formats;
  }

  std::unique_ptr<Mapping> requests_;
};

}  // namespace

void check_csv_settings(const Settings& settings, std::vector<Problem>& problems) {
  read_csv_options(settings, problems);
  read_json_shape(settings, false, problems);
}

void add_archive_formats(MappingFactories& formats) {
  formats["csv"] = [] { return std::make_unique<ConfiguredCsvMapping>(); };
  formats["services_publics_plus_csv"] =
      [description = parsed(kServicesPublicsPlusCsv, "services_publics_plus_csv")] {
        return std::make_unique<BuiltInCsvMapping>(*description);
      };
  formats["open311_xml"] = [] { return std::make_unique<Open311XmlMapping>(); };
  formats["vine"] = [description = parsed(kVine, "vine")] {
    return make_json_mapping(built_in_shape(*description));
  };
}

}  // namespace vigie
