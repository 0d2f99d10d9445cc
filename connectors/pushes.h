#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <string_view>

#include "engine/ingest/connector.h"

namespace vigie {

/// What connectors that are pushed to have in common.

/// Of a header or of a query's field (core/form.h); empty if it is not there.
std::string_view value_of(const std::map<std::string, std::string, std::less<>>& fields,
                          std::string_view name);

/// An answer of plain text.
PushAnswer plain_answer(unsigned status, std::string body = {});

/// Whether two secrets are the same; takes as long whether they are or not.
bool are_equal(std::string_view a, std::string_view b);

/// Hands `bytes` over as one envelope and returns when it is durably stored: true. False: there is
/// no room now, the sender may come again.
boost::asio::awaitable<bool> store_push(Port& port, std::string_view bytes);

/// 429: no room now.
PushAnswer busy_answer();

/// Counts a push that was turned away or discarded, and says why.
void note_bad_push(ConnectorStatus& status, Time now, std::string why);

}  // namespace vigie
