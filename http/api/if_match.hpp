#pragma once

#include <cstdint>
#include <vector>

#include "http/message/message.hpp"

namespace callboard::http {

/// The versions that `If-Match` allows; empty: any. What is no version of ours matches none.
std::vector<std::uint64_t> read_if_match(const request& asked);

} // namespace callboard::http
