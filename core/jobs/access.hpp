#pragma once

#include <callboard/error.hpp>
#include <callboard/service.hpp>

namespace callboard::core {

/// The job if the reference may see it. Errors: `not_found` (none, or of another kind), `forbidden`
/// (another organisation's).
result<job_ptr> visible_to(const job_ref& ref, job_ptr found);

} // namespace callboard::core
