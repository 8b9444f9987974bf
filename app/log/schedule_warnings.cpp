#include "app/log/schedule_warnings.hpp"

#include <string>

namespace callboard::app {

void warn_of_schedule_blocks(const event_log& log, const engine_health& health) {
  for (const auto& block : health.schedule_blocks) {
    std::string names;
    for (const auto& name : block.names)
      names.append(names.empty() ? "" : ", ").append(name);
    if (block.names.size() < block.jobs)
      names += ", …";
    log.write(
      log_level::warning, "scheduled jobs cannot run",
      {{"reason", block.cause}, {"jobs", static_cast<std::int64_t>(block.jobs)}, {"names", names}});
  }
}

} // namespace callboard::app
