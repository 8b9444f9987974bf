#include "core/jobs/access.hpp"

namespace callboard::core {

result<job_ptr> visible_to(const job_ref& ref, job_ptr found) {
  if (!found || (ref.kind && found->spec->kind != *ref.kind))
    return fail(errc::not_found, "job not found");
  if (!ref.organisation.empty() && found->spec->organisation != ref.organisation)
    return fail(errc::forbidden, "job belongs to another organisation");
  return found;
}

} // namespace callboard::core
