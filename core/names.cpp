#include <callboard/job.hpp>

#include <array>

namespace callboard {

namespace {

constexpr auto state_names = std::to_array<std::string_view>(
  {"scheduled", "pending", "processing", "completed", "failed", "timeout", "canceled"});
constexpr auto kind_names = std::to_array<std::string_view>({"message", "agent", "run"});
constexpr auto task_kind_names
  = std::to_array<std::string_view>({"message", "start", "retry", "follow_up", "run"});
constexpr auto task_state_names
  = std::to_array<std::string_view>({"waiting", "running", "completed", "failed", "canceled"});

static_assert(state_names.size() == job_state_count);
static_assert(static_cast<std::size_t>(job_state::canceled) + 1 == job_state_count);
static_assert(kind_names.size() == static_cast<std::size_t>(job_kind::run) + 1);
static_assert(task_kind_names.size() == static_cast<std::size_t>(task_kind::run) + 1);
static_assert(task_state_names.size() == static_cast<std::size_t>(task_state::canceled) + 1);

template <class Enum, std::size_t Size>
std::optional<Enum> find(const std::array<std::string_view, Size>& names, std::string_view name) {
  for (std::size_t i = 0; i < Size; ++i)
    if (names[i] == name)
      return static_cast<Enum>(i);
  return std::nullopt;
}

} // namespace

std::string_view to_string(job_state state) noexcept {
  return state_names[static_cast<std::size_t>(state)];
}

std::string_view to_string(job_kind kind) noexcept {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(task_kind kind) noexcept {
  return task_kind_names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(task_state state) noexcept {
  return task_state_names[static_cast<std::size_t>(state)];
}

std::optional<job_state> parse_job_state(std::string_view name) noexcept {
  return find<job_state>(state_names, name);
}

std::optional<job_kind> parse_job_kind(std::string_view name) noexcept {
  return find<job_kind>(kind_names, name);
}

} // namespace callboard
