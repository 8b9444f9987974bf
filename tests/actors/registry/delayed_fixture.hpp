#pragma once

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

/// Jobs whose time has not come, with a store that keeps them and with one that does not.
class scheduled_test : public actor_test {
protected:
  void start_durable() {
    is_durable = true;
    start();
  }

  /// Lets time pass as it does: a minute at a time, so that what is armed anew finds its time.
  void advance_minutes(int minutes) {
    for (; minutes > 0; --minutes)
      advance(1min);
  }

  std::size_t held() {
    return health().live;
  }
};

} // namespace callboard::actors::test
