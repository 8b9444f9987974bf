#include "stores/sqlite/rows/job_counts.hpp"

#include <algorithm>

namespace callboard::sqlite {

counted_job counted(const job_spec& spec) {
  counted_job made{spec.kind, spec.organisation, {}, {}, {}};
  if (!spec.agent_job)
    return made;
  made.job_type_id = spec.agent_job->job_type_id;
  made.channel_code = spec.agent_job->channel_code;
  made.tags = spec.agent_job->tags;
  std::sort(made.tags.begin(), made.tags.end());
  made.tags.erase(std::unique(made.tags.begin(), made.tags.end()), made.tags.end());
  return made;
}

job_counts::job_counts(connection& db)
  : change_shelf_{db, "INSERT INTO shelves (kind, organisation, state, jobs) "
                      "VALUES (?1, ?2, ?3, ?4) "
                      "ON CONFLICT (kind, organisation, state) DO UPDATE SET jobs = jobs + ?4"},
    drop_empty_shelf_{db, "DELETE FROM shelves "
                          "WHERE kind = ?1 AND organisation = ?2 AND state = ?3 AND jobs = 0"},
    change_facet_{db, "INSERT INTO facets (organisation, facet, name, part, state, jobs) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                      "ON CONFLICT (organisation, facet, name, part, state) "
                      "DO UPDATE SET jobs = jobs + ?6"},
    drop_empty_facet_{db, "DELETE FROM facets WHERE organisation = ?1 AND facet = ?2 "
                          "AND name = ?3 AND part = ?4 AND state = ?5 AND jobs = 0"} {
  // nop
}

void job_counts::change(const counted_job& job, job_state state, std::int64_t by) {
  const auto found = shelves_.find(std::tuple{job.kind, job.organisation, state});
  if (found != shelves_.end())
    found->second += by;
  else
    shelves_.emplace(shelf{job.kind, job.organisation, state}, by);
  if (job.kind != job_kind::agent)
    return;
  change_facet(job.organisation, facet::job_type, job.job_type_id, {}, state, by);
  change_facet(job.organisation, facet::channel, job.channel_code, job.job_type_id, state, by);
  for (const auto& tag : job.tags)
    change_facet(job.organisation, facet::tag, tag, {}, state, by);
}

void job_counts::change_facet(std::string_view organisation, facet of, std::string_view name,
                              std::string_view part, job_state state, std::int64_t by) {
  const auto found = facets_.find(std::tuple{organisation, of, name, part, state});
  if (found != facets_.end())
    found->second += by;
  else
    facets_.emplace(facet_place{organisation, of, name, part, state}, by);
}

result<void> job_counts::write() {
  for (const auto& [at, by] : shelves_) {
    const auto& [kind, organisation, state] = at;
    if (by != 0)
      if (auto ok = change_shelf_.run(kind, organisation, state, by); !ok)
        return ok;
    if (by < 0)
      if (auto ok = drop_empty_shelf_.run(kind, organisation, state); !ok)
        return ok;
  }
  for (const auto& [at, by] : facets_) {
    const auto& [organisation, of, name, part, state] = at;
    if (by != 0)
      if (auto ok = change_facet_.run(organisation, of, name, part, state, by); !ok)
        return ok;
    if (by < 0)
      if (auto ok = drop_empty_facet_.run(organisation, of, name, part, state); !ok)
        return ok;
  }
  return {};
}

} // namespace callboard::sqlite
