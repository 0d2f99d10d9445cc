#pragma once

#include <simdjson.h>

#include <stdexcept>
#include <string_view>

namespace vigie {

/// What reading is measured against: fixed, and independent of the engine.
struct Post {
  std::string_view id, source, text, created_at, author, name, url;
};

/// The plain loop of simdjson's documentation. Calls `visit(post)` for each line.
template <class Visit>
void read_posts(std::string_view envelope, simdjson::ondemand::parser& parser, Visit&& visit) {
  simdjson::ondemand::document_stream documents;
  if (parser.iterate_many(envelope.data(), envelope.size(), 1 << 20).get(documents) !=
      simdjson::SUCCESS) {
    throw std::runtime_error("the reference cannot read the posts");
  }
  for (auto document : documents) {
    Post post;
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "id") {
        post.id = field.value().get_string();
      } else if (key == "source") {
        post.source = field.value().get_string();
      } else if (key == "text") {
        post.text = field.value().get_string();
      } else if (key == "created_at") {
        post.created_at = field.value().get_string();
      } else if (key == "url") {
        post.url = field.value().get_string();
      } else if (key == "author") {
        for (auto part : field.value().get_object()) {
          const std::string_view name = part.unescaped_key();
          if (name == "id") {
            post.author = part.value().get_string();
          } else if (name == "name") {
            post.name = part.value().get_string();
          }
        }
      }
    }
    visit(post);
  }
}

}  // namespace vigie
