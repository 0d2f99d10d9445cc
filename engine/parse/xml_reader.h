#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/mapping.h"
#include "engine/parse/xml_attributes.h"

namespace vigie {

/// Reads an XML document that nobody vouches for and calls start(), text() and end() as it comes to
/// them; no tree is built, nothing is fetched, no entity expanded. Errors in it are passed over
/// where that is possible. Whoever reads a kind of document derives from it. One document each.
class XmlReader {
 public:
  static constexpr std::size_t kMaxDepth = 200;
  static constexpr std::size_t kMaxAttributes = 256;      ///< of one tag
  static constexpr std::size_t kMaxOpenNamespaces = 256;  ///< each prefix is looked for among all

  virtual ~XmlReader() = default;
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

 protected:
  XmlReader() = default;

  struct Flaw {
    RejectReason reason;
    std::string detail;
  };
  /// Why not all of it was read; nothing: it came to its end, or was stopped. `document` is UTF-8
  /// (document_encoding.h).
  std::optional<Flaw> read_document(std::string_view document);
  /// Nothing more is called.
  void stop_reading();
  /// How many elements are open; one that starts or ends is among them.
  std::size_t depth() const { return depth_; }

 private:
  struct Callbacks;

  /// Names as written; `address` is the namespace's. All valid during the call only.
  virtual void start(std::string_view name, std::string_view prefix, std::string_view address,
                     const XmlAttributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view text) = 0;

  void give_up(RejectReason reason, std::string detail);

  void* parser_ = nullptr;  ///< libxml2's
  std::size_t depth_ = 0;
  bool stopped_ = false;
  std::optional<Flaw> flaw_;
};

}  // namespace vigie
