#include "http/api/agent_jobs/job_type_table.hpp"

#include <utility>

namespace callboard::http {

job_type_table::job_type_table(std::vector<job_type> types,
                               const std::vector<organisation>& organisations) {
  for (const auto& each : organisations)
    organisations_.insert(each.id);
  for (auto& each : types) {
    organisations_.insert(each.organisation);
    auto& place = types_[each.organisation];
    auto id = each.id;
    place.insert_or_assign(std::move(id), std::move(each));
  }
}

const job_type* job_type_table::find(std::string_view organisation,
                                     std::string_view id) const noexcept {
  const auto types = types_.find(organisation);
  if (types == types_.end())
    return nullptr;
  const auto found = types->second.find(id);
  return found == types->second.end() ? nullptr : &found->second;
}

std::vector<const job_type*> job_type_table::of(std::string_view organisation) const {
  std::vector<const job_type*> all;
  if (const auto types = types_.find(organisation); types != types_.end())
    for (const auto& [id, each] : types->second)
      all.push_back(&each);
  return all;
}

} // namespace callboard::http
