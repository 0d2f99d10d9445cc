#include "engine/parse/opml.h"

#include <set>

#include "engine/core/ascii.h"
#include "engine/parse/document_encoding.h"
#include "engine/parse/web_address.h"
#include "engine/parse/xml_reader.h"

namespace vigie {
namespace {

/// `text` on one line.
std::string one_line(std::string_view text) {
  std::string line(trimmed(text));
  for (char& c : line) {
    c = static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  }
  return line;
}

class OpmlReader final : private XmlReader {
 public:
  Result<OpmlList> read(std::string_view document) {
    const auto flaw = read_document(document);
    if (flaw) {
      return fail(ErrorCode::kInvalidInput, flaw->detail);
    }
    if (!trouble_.empty()) {
      return fail(ErrorCode::kInvalidInput, trouble_);
    }
    if (depth() != 0) {
      return fail(ErrorCode::kInvalidInput,
                  "the file is torn: it ends before its root element does");
    }
    if (!is_opml_) {
      return fail(ErrorCode::kInvalidInput, "this is not OPML: there is no XML element in it");
    }
    if (list_.feeds.empty() && list_.problems.empty()) {
      return fail(ErrorCode::kInvalidInput, "there is no feed in it: no outline has an xmlUrl");
    }
    return std::move(list_);
  }

 private:
  void stop(std::string why) {
    trouble_ = std::move(why);
    stop_reading();
  }

  void start(std::string_view name, std::string_view, std::string_view,
             const XmlAttributes& attributes) override {
    if (depth() == 1) {
      is_opml_ = lower_case(name) == "opml";
      return is_opml_ ? void()
                      : stop("this is not OPML: its root element is <" + one_line(name) + ">");
    }
    if (lower_case(name) != "outline") {
      return;
    }
    std::string title = one_line(attributes.find("title"));
    if (title.empty()) {
      title = one_line(attributes.find("text"));
    }
    std::string address = one_line(attributes.find("xmlurl"));
    if (address.empty() && lower_case(attributes.find("type")) == "rss") {
      address = one_line(attributes.find("url"));
    }
    if (!address.empty()) {
      add(title, address);
    }
    folders_.push_back({depth(), std::move(title)});
  }

  void end(std::string_view) override {
    if (!folders_.empty() && folders_.back().depth == depth()) {
      folders_.pop_back();
    }
  }

  void text(std::string_view) override {}

  void add(const std::string& title, const std::string& address) {
    const std::string name =
        title.empty() ? std::string("a feed without a title") : "'" + title + "'";
    if (resolved_address(address, {}).empty()) {
      list_.problems.push_back(name + " is at '" + address +
                               "', which is neither an http nor an https address");
      return;
    }
    if (list_.feeds.size() == kMaxOpmlFeeds) {
      return stop("more than " + std::to_string(kMaxOpmlFeeds) + " feeds");
    }
    if (known_.insert(address).second) {
      list_.feeds.push_back({title, address, folder()});
    }
  }

  std::string folder() const {
    std::string path;
    for (const Folder& one : folders_) {
      path += (path.empty() || one.title.empty() ? "" : " / ") + one.title;
    }
    return path;
  }

  struct Folder {
    std::size_t depth;
    std::string title;
  };
  std::vector<Folder> folders_;  ///< the outlines that are open
  std::set<std::string> known_;
  OpmlList list_;
  std::string trouble_;
  bool is_opml_ = false;
};

}  // namespace

Result<OpmlList> read_opml(std::string_view bytes) {
  if (bytes.size() > kMaxOpmlBytes) {
    return fail(ErrorCode::kInvalidInput,
                "the file is longer than " + std::to_string(kMaxOpmlBytes) + " bytes");
  }
  std::string storage;
  const std::string_view document = trimmed(in_utf8(bytes, 2 * kMaxOpmlBytes, storage));
  if (document.empty()) {
    return fail(ErrorCode::kInvalidInput, "the file is empty");
  }
  return OpmlReader().read(document);
}

}  // namespace vigie
