#pragma once

#include <functional>

#include <callboard/time.hpp>

#include "core/random.hpp"

namespace callboard::actors {

/// What actors know of the world outside: one for the whole engine, shared read-only, outlives it.
struct environment {
  /// The wall time at a steady time that is now. Tests derive it from virtual time.
  std::function<system_time(steady_time)> wall;
  /// Callable from any thread.
  core::random_source random;
};

/// The real world: the system's clock, and a generator per thread seeded by the system.
environment real_environment();

/// Now, as an actor sees it.
template <class Self>
moment now_of(Self* self, const environment& world) {
  const auto steady = self->clock().now();
  return {steady, world.wall(steady)};
}

} // namespace callboard::actors
