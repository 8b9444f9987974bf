#include <callboard/error.hpp>

#include <array>
#include <cassert>

#include <callboard/job.hpp>

namespace callboard {

namespace {

constexpr auto names = std::to_array<std::string_view>({
  "invalid_argument",
  "not_found",
  "agent_not_found",
  "no_agents",
  "forbidden",
  "gone",
  "conflict",
  "version_mismatch",
  "capacity",
  "agent_busy",
  "too_many_requests",
  "unavailable",
  "io",
  "internal",
});

static_assert(names.size() == errc_count, "a name for each code, in the order of the enum");

} // namespace

std::string_view to_string(errc code) noexcept {
  return names[static_cast<std::size_t>(code)];
}

tl::unexpected<error> fail(std::vector<field_fault> faults) {
  assert(!faults.empty());
  const auto& first = faults.front();
  auto message = first.field.substr(first.field.empty() ? 0 : 1);
  message += (message.empty() ? "" : " ") + first.message;
  return tl::unexpected<error>(error{
    .code = errc::invalid_argument, .message = std::move(message), .faults = std::move(faults)});
}

tl::unexpected<error> fail_as_over(job_state state) {
  return tl::unexpected<error>(error{.code = errc::conflict,
                                     .message = "job is already " + std::string{to_string(state)},
                                     .state = state});
}

} // namespace callboard
