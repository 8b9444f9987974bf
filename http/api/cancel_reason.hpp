#pragma once

#include <cstdint>
#include <string>

#include "http/api/query_reader.hpp"
#include "http/message/message.hpp"

namespace callboard::http {

/// What becomes of members that a body must not have.
enum class unknown_members : std::uint8_t { ignored, refused };

/// The `reason` that the body of a request to cancel gives, or the refusal with all faults of query and
/// body. Empty: none is given.
/// @param query the request's query, from which parameters may have been read.
tl::expected<std::string, response> read_cancel_reason(const request& asked, query_reader& query,
                                                       unknown_members others);

} // namespace callboard::http
