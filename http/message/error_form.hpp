#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/framing/framing_fault.hpp"
#include "http/message/message.hpp"

namespace callboard::http {

/// How an error is written: each API has a form of its own, everything else is a problem (RFC 9457). A new
/// API adds a value here and a row to the table in `error_form.cpp`.
enum class error_form : std::uint8_t { problem, messaging, services, sessions };

/// `Retry-After` of every answer that asks to come back soon. What is short then, room, slots and what
/// clients have yet to read, comes free all the time.
inline constexpr std::string_view retry_after_seconds = "1";

/// What is said of a fault of the server itself: nothing.
inline constexpr std::string_view server_failed = "an internal error occurred";

/// An error in an API's form; `code` is what problems are branched on.
response refuse(error_form form, int status, std::string_view code, std::string_view text);

/// The same with `Retry-After: 1`.
response refuse_for_now(error_form form, int status, std::string_view code, std::string_view text);

/// There is no such route.
response refuse_route(error_form form);

/// The path has no such method.
/// @param allow what it has, as the `Allow` header lists it; empty: there is no such path.
response refuse_method(error_form form, std::string_view allow);

/// The body is larger than allowed.
response refuse_body(error_form form, std::size_t bytes_max);

/// The request cannot be taken as it came; ends the connection.
response refuse_framing(error_form form, const framing_fault& fault);

/// No key, or, if one `is_presented`, one that is not known.
response refuse_key(error_form form, bool is_presented = false);

/// The request names a host, or comes from a page, that gets nothing without a key.
response refuse_host(error_form form, std::string_view text);

/// The body has a content coding.
response refuse_coding(error_form form, std::string_view coding);

/// A key without the scope that the route needs.
response refuse_scope(error_form form, std::string_view scope);

/// A fault of the server itself.
response refuse_internal(error_form form);

} // namespace callboard::http
