#pragma once

#include <string>
#include <string_view>

#include "http/message/message.hpp"
#include "http/pipeline/api_area.hpp"

namespace callboard::http {

/// What is wrong with fields that say who asks and what the body is: one that must stand once and does
/// not, or two keys that differ. Whoever reads another one of them than we do sees another request.
/// Empty: nothing.
std::string_view fault_of_fields(const request& asked, const api_area& where);

/// The content codings of a request's body, joined by commas; empty: it comes as it is. Of a request
/// that changes nothing and has no body nothing is said.
std::string foreign_coding(const request& asked);

} // namespace callboard::http
