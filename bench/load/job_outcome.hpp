#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace callboard::bench {

/// What an answer says of its job.
enum class job_outcome_seen : std::uint8_t { completed, failed, timeout, unfinished };

inline constexpr std::size_t job_outcome_count = 4;

/// "completed", "failed", "timeout", "unfinished".
std::string_view to_string(job_outcome_seen what) noexcept;

/// What the body of an answer of the Messaging Jobs API says of its job; nothing if it shows none. Quick:
/// it is called for each answer of a load.
std::optional<job_outcome_seen> outcome_in(std::string_view body) noexcept;

/// The id of the job that such a body shows; empty if it shows none.
std::string_view job_id_in(std::string_view body) noexcept;

} // namespace callboard::bench
