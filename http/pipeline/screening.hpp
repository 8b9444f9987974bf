#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/time.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// What was found of a request when its head was there and its body was not. Its limits have been
/// counted; they must not be a second time.
struct screening {
  /// See the members of `request`.
  std::string id;
  std::string_view organisation;
  std::string_view key_name;
  /// Whether anybody reads the body.
  bool wants_body = true;
  /// Headers of its answer, whatever that is.
  response every_answer{0};
  /// The answer, if the body makes no difference to it.
  std::optional<response> refused;
};

/// Judges a request by its head. Never throws; null: it could not, and the request is judged when it is
/// whole.
using head_screen = std::function<std::unique_ptr<screening>(request& head, steady_time now)>;

} // namespace callboard::http
