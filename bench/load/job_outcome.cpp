#include "bench/load/job_outcome.hpp"

#include <algorithm>
#include <array>

namespace callboard::bench {

namespace {

constexpr std::array<std::string_view, job_outcome_count> names{"completed", "failed", "timeout",
                                                                "unfinished"};
/// How the API's bodies begin.
constexpr std::string_view opening = R"({"jobId":")";
/// Before anything that a user or agent has written.
constexpr std::string_view status = R"("status":")";

/// What follows a mark up to the next quote.
std::string_view text_after(std::string_view body, std::size_t begin) noexcept {
  const auto rest = body.substr(begin);
  return rest.substr(0, rest.find('"'));
}

} // namespace

std::string_view to_string(job_outcome_seen what) noexcept {
  return names[static_cast<std::size_t>(what)];
}

std::string_view job_id_in(std::string_view body) noexcept {
  return body.starts_with(opening) ? text_after(body, opening.size()) : std::string_view{};
}

std::optional<job_outcome_seen> outcome_in(std::string_view body) noexcept {
  const auto at = body.starts_with(opening) ? body.find(status) : body.npos;
  if (at == body.npos)
    return std::nullopt;
  const auto found = text_after(body, at + status.size());
  const auto* const name = std::find(names.begin(), names.end(), found);
  return name == names.end() ? job_outcome_seen::unfinished
                             : static_cast<job_outcome_seen>(name - names.begin());
}

} // namespace callboard::bench
