#include "http/pipeline/api_area.hpp"

#include <algorithm>
#include <array>

namespace callboard::http {

namespace {

constexpr std::array areas{
  api_area{"api/messaging/sessions", error_form::sessions, api_scope::messaging,
           api_scope::messaging, false},
  api_area{"api/messaging", error_form::messaging, api_scope::messaging, api_scope::messaging,
           false},
  api_area{"api/agents", error_form::messaging, api_scope::messaging, api_scope::messaging, false},
  api_area{"api/jobs", error_form::services, api_scope::jobs, api_scope::jobs, false, true},
  api_area{"services", error_form::services, api_scope::services_read, api_scope::services_write,
           true},
  api_area{"organizations", error_form::services, api_scope::services_read,
           api_scope::services_write, true},
  api_area{"api/events", error_form::problem, {}, {}, false},
  api_area{"api/webhooks", error_form::problem, {}, {}, false},
  api_area{"api/workers", error_form::problem, {}, {}, false},
  api_area{"api/admin", error_form::problem, {}, {}, false},
  // Clients of the Messaging API call more below it than jobs.
  api_area{"api", error_form::messaging, {}, {}, false},
  api_area{"", error_form::problem, {}, {}, false},
};

bool begins_with(const path_segments& path, std::string_view prefix) noexcept {
  for (std::size_t i = 0; !prefix.empty(); ++i) {
    const auto segment = prefix.substr(0, prefix.find('/'));
    if (i == path.size() || path[i] != segment)
      return false;
    prefix.remove_prefix(std::min(prefix.size(), segment.size() + 1));
  }
  return true;
}

bool begins_with(std::string_view path, std::string_view prefix) noexcept {
  if (prefix.empty())
    return true;
  path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

template <class Path>
const api_area& find(const Path& path) noexcept {
  for (const auto& each : areas)
    if (begins_with(path, each.prefix))
      return each;
  return areas.back();
}

} // namespace

const api_area& area_of(const path_segments& path) noexcept {
  return find(path);
}

const api_area& area_of(std::string_view raw_path) noexcept {
  return find(raw_path);
}

} // namespace callboard::http
