#pragma once

#include <cstdint>

namespace callboard::sqlite {

/// Messages have row numbers from here on, all other jobs lower ones.
inline constexpr std::int64_t first_message_row = std::int64_t{1} << 62;

} // namespace callboard::sqlite
