#include "connectors/pushes.h"

#include <sodium.h>

#include <utility>

namespace vigie {

std::string_view value_of(const std::map<std::string, std::string, std::less<>>& fields,
                          std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

PushAnswer plain_answer(unsigned status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

boost::asio::awaitable<bool> store_push(Port& port, std::string_view bytes) {
  Port::Parcel parcel;
  parcel.bytes = Payload(bytes);
  const Result<std::uint64_t> sequence = port.try_send(parcel);
  if (!sequence) {
    co_return false;
  }
  co_await port.committed(*sequence);
  co_return true;
}

PushAnswer busy_answer() {
  PushAnswer answer = plain_answer(429, "the engine is busy\n");
  answer.headers["Retry-After"] = "1";
  return answer;
}

void note_bad_push(ConnectorStatus& status, Time now, std::string why) {
  status.update([&](auto& snapshot) {
    ++snapshot.errors;
    snapshot.last_error_at = now;
    snapshot.detail = std::move(why);
  });
}

}  // namespace vigie
