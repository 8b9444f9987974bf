#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <callboard/http_server.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// How an error is written: each API has its own form, everything else is a problem (RFC 9457).
enum class error_form : std::uint8_t { problem, messaging, services };

/// A part of the path space with its own rules.
struct api_area {
  /// Its first segments, joined by slashes; empty: everything.
  std::string_view prefix;
  error_form form = error_form::problem;
  /// What a key must open once keys are configured; none: the area needs no key.
  std::optional<api_scope> scope;
  /// The same for requests that change something.
  std::optional<api_scope> write_scope;
  /// Whether a key is needed even if none is configured.
  bool is_never_open = false;
  /// Whether a method that a path lacks is told before anything about key and body (scheduled-jobs.md).
  bool is_method_first = false;

  /// What a request with this method needs.
  std::optional<api_scope> scope_for(method verb) const noexcept {
    return verb == method::get || verb == method::head ? scope : write_scope;
  }
};

/// The area that a path belongs to.
const api_area& area_of(const path_segments& path) noexcept;

/// The same from a path that could not be decoded.
const api_area& area_of(std::string_view raw_path) noexcept;

/// An error in an area's form; `code` is what problems are branched on.
response refuse(error_form form, int status, std::string_view code, std::string_view text);

/// No such route.
response refuse_route(error_form form);

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

} // namespace callboard::http
