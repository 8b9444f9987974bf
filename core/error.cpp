#include <callboard/error.hpp>

#include <array>
#include <cstddef>

namespace callboard {

namespace {

constexpr auto names = std::to_array<std::string_view>({
  "invalid_argument",
  "not_found",
  "agent_not_found",
  "no_agents",
  "forbidden",
  "conflict",
  "version_mismatch",
  "capacity",
  "agent_busy",
  "unavailable",
  "io",
  "internal",
});

static_assert(names.size() == static_cast<std::size_t>(errc::internal) + 1,
              "a name for each code, in the order of the enum");

} // namespace

std::string_view to_string(errc code) noexcept {
  return names[static_cast<std::size_t>(code)];
}

} // namespace callboard
