#pragma once

#include <cstdint>

#include <callboard/time.hpp>
#include <callboard/uuid.hpp>

#include "core/random.hpp"

namespace callboard::core {

/// A UUID of version 7 (RFC 9562, 5.7): milliseconds since 1970, then 74 random bits.
uuid make_uuid_v7(system_time now, const random_source& random);

/// Makes UUIDs of version 7 that only grow, also within a millisecond and when the wall clock is set
/// back (RFC 9562, 6.2, method 1: a 12-bit counter after the time).
class uuid_v7_sequence {
public:
  uuid next(system_time now, const random_source& random);

private:
  std::int64_t last_ms_ = -1;
  std::uint32_t counter_ = 0;
};

} // namespace callboard::core
