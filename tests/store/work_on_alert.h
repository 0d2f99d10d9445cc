#pragma once

#include <gtest/gtest.h>

#include <string>

#include "engine/store/store.h"

namespace vigie {

/// Somebody does something about an alert, durably.
inline void work_on_alert(Store& store, std::uint64_t alert, WorkAct act, std::string by, Time at) {
  const WorkSubject subject = store.alert(alert).value().value().subject;
  EXPECT_TRUE(store.work(subject, {act, std::move(by), at}).has_value());
  store.sync();
}

}  // namespace vigie
