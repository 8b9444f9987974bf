#pragma once

#include <functional>

#include <callboard/time.hpp>

#include "core/random.hpp"

namespace callboard::actors {

/// What actors know of the world outside: one for the whole engine, shared read-only, outlives it.
struct engine_context {
  /// The wall time at a steady time that is now. Tests derive it from virtual time.
  std::function<system_time(steady_time)> wall;
  /// Callable from any thread.
  core::random_source random;
};

/// The real world: the system's clock, and a generator per thread seeded by the system.
engine_context real_context();

/// Now, as an actor sees it.
template <class Self>
clock_reading now_of(Self* self, const engine_context& context) {
  const auto steady = self->clock().now();
  return {steady, context.wall(steady)};
}

} // namespace callboard::actors
