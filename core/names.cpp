#include <callboard/job.hpp>
#include <callboard/schedule.hpp>

#include <array>

namespace callboard {

namespace {

constexpr auto state_names = std::to_array<std::string_view>(
  {"scheduled", "pending", "processing", "completed", "failed", "timeout", "canceled"});
constexpr auto kind_names = std::to_array<std::string_view>({"message", "agent", "run"});
constexpr auto task_kind_names
  = std::to_array<std::string_view>({"message", "start", "retry", "follow_up", "run"});
constexpr auto trigger_names = std::to_array<std::string_view>({"schedule", "manual", "missed"});
constexpr auto overlap_names
  = std::to_array<std::string_view>({"skip", "queue", "allow", "cancel"});
constexpr auto missed_names = std::to_array<std::string_view>({"skip", "once", "all"});
constexpr auto schedule_status_names
  = std::to_array<std::string_view>({"active", "paused", "completed"});
constexpr auto task_state_names
  = std::to_array<std::string_view>({"waiting", "running", "completed", "failed", "canceled"});

static_assert(state_names.size() == job_state_count);
static_assert(static_cast<std::size_t>(job_state::canceled) + 1 == job_state_count);
static_assert(kind_names.size() == static_cast<std::size_t>(job_kind::run) + 1);
static_assert(task_kind_names.size() == static_cast<std::size_t>(task_kind::run) + 1);
static_assert(trigger_names.size() == static_cast<std::size_t>(run_trigger::missed) + 1);
static_assert(overlap_names.size() == static_cast<std::size_t>(overlap_policy::cancel) + 1);
static_assert(missed_names.size() == static_cast<std::size_t>(missed_policy::all) + 1);
static_assert(schedule_status_names.size()
              == static_cast<std::size_t>(schedule_status::completed) + 1);
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

std::string_view to_string(run_trigger trigger) noexcept {
  return trigger_names[static_cast<std::size_t>(trigger)];
}

std::string_view to_string(overlap_policy policy) noexcept {
  return overlap_names[static_cast<std::size_t>(policy)];
}

std::string_view to_string(missed_policy policy) noexcept {
  return missed_names[static_cast<std::size_t>(policy)];
}

std::string_view to_string(schedule_status status) noexcept {
  return schedule_status_names[static_cast<std::size_t>(status)];
}

std::optional<overlap_policy> parse_overlap_policy(std::string_view name) noexcept {
  return find<overlap_policy>(overlap_names, name);
}

std::optional<missed_policy> parse_missed_policy(std::string_view name) noexcept {
  return find<missed_policy>(missed_names, name);
}

std::optional<schedule_status> parse_schedule_status(std::string_view name) noexcept {
  return find<schedule_status>(schedule_status_names, name);
}

std::optional<job_state> parse_job_state(std::string_view name) noexcept {
  return find<job_state>(state_names, name);
}

std::optional<job_kind> parse_job_kind(std::string_view name) noexcept {
  return find<job_kind>(kind_names, name);
}

} // namespace callboard
