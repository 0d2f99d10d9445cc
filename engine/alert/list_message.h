#pragma once

#include <string>
#include <string_view>

#include "engine/alert/notifier.h"

namespace vigie {

/// A message made of short lines, written in all shapes at once. Texts are plain (escape.h) and
/// escaped here for where they go.
class ListMessage {
 public:
  ListMessage(bool is_english, const std::string& subject);

  void heading(const std::string& text);
  void paragraph(const std::string& text);
  /// `link`: may be empty.
  void item(const std::string& text, const std::string& link);

  /// Without key, JSON, thread and labels.
  Message finish() &&;

 private:
  void chats(std::string_view begin, const std::string& text, const std::string& link);
  void end_list();

  Message message_;
  bool is_in_list_ = false;
};

}  // namespace vigie
