#include "connectors/counter.h"

namespace vigie {
namespace {

class CounterConnector final : public Connector {
 public:
  /// Only waits for what is handed in.
  boost::asio::awaitable<void> run() override { co_return; }
};

}  // namespace

Result<std::unique_ptr<Connector>> make_counter_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  allow_connector_settings(context.settings, {}, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<CounterConnector>();
}

}  // namespace vigie
