#include "app/commands/descriptor_shares.hpp"

#include "http/transport/descriptors.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace callboard::app {

namespace {

/// A program has three pipes and a descriptor that tells of its end; one that starts has some more.
constexpr std::size_t programs_share = 64;

/// Store, logs, listener, and what libraries open for a moment.
constexpr std::size_t own_share = 64;

} // namespace

descriptor_shares share_descriptors(std::size_t limit, std::size_t clients_wanted) noexcept {
  const auto beside_others = limit - std::min(limit, http::reserved_descriptors);
  const auto clients = std::min(clients_wanted, beside_others);
  const auto taken = std::min(limit, clients + programs_share + own_share);
  return {.limit = limit,
          .clients = clients,
          .outbound = std::max<std::size_t>(limit - taken, 1),
          .programs = programs_share,
          .own = own_share};
}

std::size_t raise_open_files() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
    limit = raised;
  return limit.rlim_cur;
}

} // namespace callboard::app
