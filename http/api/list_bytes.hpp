#pragma once

#include <cstddef>
#include <vector>

#include <callboard/job.hpp>
#include <callboard/schedule.hpp>

namespace callboard::http {

/// About how many bytes a list of these jobs takes once it is printed, whichever API prints it: their
/// texts, and a guess for what stands between them. Escapes come on top.
std::size_t list_bytes(const std::vector<job_ptr>& jobs) noexcept;
std::size_t list_bytes(const std::vector<scheduled_job_ptr>& jobs) noexcept;

} // namespace callboard::http
