#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/store.hpp>

namespace callboard::http {

/// Where an activity stands, as the Agent Jobs API shows it.
enum class activity_status : std::uint8_t { submitted, completed, canceled };

/// "submitted", "completed", "canceled".
std::string_view to_string(activity_status status) noexcept;

/// Which activities of a job are shown, and how.
struct activity_query {
  /// Only those that stand so; none: all.
  std::optional<activity_status> status = std::nullopt;
  /// Only those of this type; none: all.
  std::optional<std::string> type_code = std::nullopt;
  /// Whether what is asked for is something that no job's task is.
  bool is_of_other_source = false;
  bool is_newest_first = true;
  std::size_t limit = 50;
  std::size_t offset = 0;
};

/// How many activities a list of jobs shows with its jobs, and in which order.
struct included_activities {
  bool is_newest_first = true;
  std::size_t per_job = 15;
  std::size_t in_all = 500;
};

/// How many activities were shown of how many.
struct activity_counts {
  std::size_t shown = 0;
  std::size_t matching = 0;
};

/// Appends activities of a job, an array: each of its tasks is one.
/// @param agents the configured ones: what an activity's type is said by
activity_counts append_activities(std::string& out, const job& of, const activity_query& asked,
                                  std::span<const agent_info> agents);

/// The body of GET /services/activities.
std::string activity_list(const job& of, const activity_query& asked,
                          std::span<const agent_info> agents);

/// About how many bytes the activities of a job take once printed.
std::size_t activity_bytes(const job& of) noexcept;

} // namespace callboard::http
