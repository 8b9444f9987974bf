#pragma once

#include <string_view>

#include "http/message/message.hpp"

namespace callboard::http {

/// The request that a head announces, as views into it; without its body, whose announced length counts
/// as come.
/// @param head whole and sound, as `head_reader` has it
request view_head(std::string_view head);

} // namespace callboard::http
