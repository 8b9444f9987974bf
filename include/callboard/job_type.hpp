#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <callboard/json_schema.hpp>
#include <callboard/json_text.hpp>
#include <callboard/uuid.hpp>

namespace callboard {

/// An organisation that is configured.
struct organisation {
  /// What keys, job types and jobs name.
  std::string id = {};
  /// For people; empty for none.
  std::string name = {};
};

/// Settings of an agent job, as far as they are given.
struct agent_job_settings {
  /// 0–100.
  std::optional<std::uint32_t> follow_ups_max = {};
  /// 0–100.
  std::optional<std::uint32_t> retries_max = {};
  /// Wait before a retry; ≥ 0, fractions allowed.
  std::optional<double> retry_interval_minutes = {};
  /// From when the job is due to when it must be over; > 0, fractions allowed.
  std::optional<double> time_limit_minutes = {};
  /// Template of the first prompt; see `render_prompt`.
  std::optional<std::string> start_prompt = {};
  /// Handed to the agent with every task.
  std::optional<std::string> profile_id = {};
  /// The object that the settings above were read from, to be shown as it came; empty: none. What it has
  /// must agree with them.
  json_text given = {};
};

/// A kind of agent job, as it is configured.
struct job_type {
  /// Unique within the organisation.
  std::string id = {};
  /// Whose it is.
  std::string organisation = {};
  /// For people; empty for none.
  std::string name = {};
  /// For people; empty for none.
  std::string description = {};
  /// Who runs its jobs.
  uuid agent_id = {};
  /// What a job gets that does not say otherwise.
  agent_job_settings default_config = {};
  /// What `params` must match, as it was configured; empty for anything.
  json_text params_schema = {};
  /// The same, ready for use; set exactly if `params_schema` is.
  std::optional<json_schema> schema = {};
  /// Whether jobs of it can be created.
  bool is_active = true;
};

} // namespace callboard
