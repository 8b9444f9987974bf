#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <callboard/job_type.hpp>
#include <callboard/json_text.hpp>

#include "http/api/body_reader.hpp"

namespace callboard::http {

/// The settings in effect.
struct merged_settings {
  std::uint32_t follow_ups_max = 0;
  std::uint32_t retries_max = 0;
  double retry_interval_minutes = 1;
  double time_limit_minutes = 60;
  std::optional<std::string> start_prompt;
  std::optional<std::string> profile_id;
  /// As answers show them: the four numbers always, the two texts when set. What was given comes first,
  /// in its order and spelling.
  json_text shown;
};

/// What a body's `config` says; an unknown setting is a fault.
agent_job_settings read_settings(body_reader& body, std::vector<field_fault>& faults);

/// What is set in `over` counts, else what is set in `base`, else the page's defaults.
merged_settings merge(const agent_job_settings& base, const agent_job_settings& over);

/// Settings as they are shown: what was given in its order and spelling, then what is set besides.
json_text to_json(const agent_job_settings& from);

} // namespace callboard::http
