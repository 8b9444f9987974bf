#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace callboard::http {

/// What is wrong with a part of a request.
struct field_fault {
  /// JSON Pointer into the body, or `?name` for a query parameter.
  std::string field;
  std::string message;
};

/// An error of the Agent Jobs API: a problem with one more member, `message`, which clients show.
response services_problem(int status, std::string_view code, std::string_view detail);

/// 400 `invalid_request` with all that is wrong. @pre there is something
response refuse_fields(const std::vector<field_fault>& faults);

} // namespace callboard::http
