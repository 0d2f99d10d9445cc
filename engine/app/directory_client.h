#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "engine/core/result.h"
#include "engine/web/directory_routes.h"

namespace vigie {

class HttpClient;

/// Asks the town's directory over the connectors' HTTP, without blocking the thread of `executor`.
/// The provider may stand in the town's own network; its certificate is verified against what the
/// system trusts.
class DirectoryClient {
 public:
  explicit DirectoryClient(boost::asio::any_io_executor executor);
  ~DirectoryClient();
  /// See DirectoryParts::ask.
  boost::asio::awaitable<Result<DirectoryAnswer>> ask(DirectoryQuestion question);

 private:
  std::unique_ptr<HttpClient> http_;
};

}  // namespace vigie
