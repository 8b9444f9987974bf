#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>

namespace callboard {

/// A prompt made from a template.
struct rendered_prompt {
  std::string text = {};
  /// Where the job's id goes, as `new_job::id_places` has it.
  std::vector<std::size_t> id_places = {};
};

/// Finds the text of a value by its path ("params", "report", "type"); none: there is no such value.
using value_lookup
  = std::function<std::optional<std::string>(const std::vector<std::string_view>& path)>;

/// Longest prompt that a template may make, in bytes: as long as a request. A short template could
/// otherwise repeat a long value as often as it likes.
inline constexpr std::size_t rendered_bytes_max = 2 * 1024 * 1024;

/// Most places at which a template may name the job's id.
inline constexpr std::size_t id_places_max = 1000;

/// Puts values in the places of a template: `{{params.report.type}}`, spaces within the braces allowed.
/// A path is names joined by dots; `{{job_id}}` is the job's id, everything else is looked up. What is
/// not found leaves nothing; braces around anything but a path stay as they are, and what a value
/// holds is never looked at again. Errors: `invalid_argument` beyond the limits above.
result<rendered_prompt> render_prompt(std::string_view source, const value_lookup& lookup);

} // namespace callboard
