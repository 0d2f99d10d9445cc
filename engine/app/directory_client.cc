#include "engine/app/directory_client.h"

#include <utility>

#include "connectors/http_client.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kTimeout{10};
constexpr std::size_t kMaxAnswerBytes = 256 << 10;

asio::awaitable<Result<void>> follow_nothing(std::string) {
  co_return fail(ErrorCode::kRefused, "the directory sends elsewhere");
}

}  // namespace

DirectoryClient::DirectoryClient(asio::any_io_executor executor)
    : http_(std::make_unique<HttpClient>(std::move(executor), HttpOptions{})) {}

DirectoryClient::~DirectoryClient() = default;

asio::awaitable<Result<DirectoryAnswer>> DirectoryClient::ask(DirectoryQuestion question) {
  HttpRequest request;
  request.url = std::move(question.url);
  request.headers.emplace_back("Accept", "application/json");
  if (!question.authorization.empty()) {
    request.headers.emplace_back("Authorization", std::move(question.authorization));
  }
  if (!question.form.empty()) {
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = std::move(question.form);
  }
  request.may_follow = follow_nothing;
  request.allow_private = true;
  request.max_body_bytes = kMaxAnswerBytes;
  request.timeout = kTimeout;
  asio::awaitable<Result<HttpResponse>> fetching = http_->fetch(std::move(request));
  Result<HttpResponse> response = co_await std::move(fetching);
  if (!response) {
    co_return fail(ErrorCode::kUnavailable, response.error().text);
  }
  co_return DirectoryAnswer{response->status, std::move(response->body)};
}

}  // namespace vigie
