#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callboard::tests {

/// An HTTP answer, taken apart.
struct raw_response {
  int status = 0;
  /// As they came, in their order.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of a header (name in any case); empty if there is none.
  std::string header(std::string_view name) const;

  /// How many headers have that name.
  std::size_t count(std::string_view name) const;
};

/// Takes the first answer off a text that may hold more. None while it is incomplete. An answer to
/// HEAD has no body, whatever its length says. Throws `std::runtime_error` on what is no HTTP.
std::optional<raw_response> take_response(std::string& bytes, bool is_head = false);

} // namespace callboard::tests
