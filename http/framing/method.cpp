#include "http/framing/method.hpp"

#include <array>
#include <cstddef>

namespace callboard::http {

namespace {

constexpr auto method_names = std::to_array<std::string_view>(
  {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""});
static_assert(method_names.size() == static_cast<std::size_t>(method::other) + 1);

} // namespace

std::string_view to_string(method verb) noexcept {
  return method_names[static_cast<std::size_t>(verb)];
}

method parse_method(std::string_view name) noexcept {
  for (std::size_t i = 0; i < static_cast<std::size_t>(method::other); ++i)
    if (method_names[i] == name)
      return static_cast<method>(i);
  return method::other;
}

} // namespace callboard::http
