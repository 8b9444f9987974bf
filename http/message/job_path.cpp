#include "http/message/job_path.hpp"

#include <algorithm>

#include <callboard/uuid.hpp>

namespace callboard::http {

namespace {

constexpr std::string_view prefixes[] = {"/api/messaging/jobs/", "/services/agent-jobs/"};

} // namespace

std::string_view job_id_in(std::string_view path) noexcept {
  for (const auto prefix : prefixes)
    if (path.starts_with(prefix)) {
      const auto rest = path.substr(prefix.size());
      const auto id = rest.substr(0, std::min(rest.find_first_of("/?"), rest.size()));
      return uuid::parse(id) ? id : std::string_view{};
    }
  return {};
}

} // namespace callboard::http
