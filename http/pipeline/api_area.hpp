#pragma once

#include <optional>
#include <string_view>

#include <callboard/http_server.hpp>

#include "http/message/error_form.hpp"
#include "http/message/message.hpp"

namespace callboard::http {

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

} // namespace callboard::http
