#include "http/transport/descriptors.hpp"

#include <string>

#include <sys/resource.h>

namespace callboard::http {

result<std::size_t> fit_connections(std::size_t wanted, bool is_explicit) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return fail(errc::io, "cannot read the limit on open files");
  const rlim_t needed = wanted + reserved_descriptors;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
      limit = raised;
  }
  if (limit.rlim_cur >= needed)
    return wanted;
  const auto fitting = limit.rlim_cur > reserved_descriptors
                         ? static_cast<std::size_t>(limit.rlim_cur) - reserved_descriptors
                         : 0;
  if (is_explicit || fitting == 0)
    return fail(errc::io, std::to_string(wanted) + " connections need a limit of "
                            + std::to_string(needed) + " open files (ulimit -n); it is "
                            + std::to_string(limit.rlim_cur));
  return fitting;
}

} // namespace callboard::http
