#pragma once

#include <cstdint>
#include <functional>

namespace callboard::core {

/// Where rules get their randomness from: 64 uniformly random bits a call. Not for secrets.
using random_source = std::function<std::uint64_t()>;

} // namespace callboard::core
