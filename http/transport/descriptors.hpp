#pragma once

#include <cstddef>

#include <callboard/error.hpp>

namespace callboard::http {

/// Descriptors left for everything that is no connection: store, agents, log, listener …
inline constexpr std::size_t reserved_descriptors = 256;

/// How many connections the limit on open files leaves room for, after raising the soft limit to the
/// hard one: `wanted`, or less unless `is_explicit`. Running out of descriptors would end the listener
/// for good. Errors: `io` if `wanted` is explicit and does not fit, or none does.
result<std::size_t> fit_connections(std::size_t wanted, bool is_explicit);

} // namespace callboard::http
