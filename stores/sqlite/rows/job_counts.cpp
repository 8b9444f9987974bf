#include "stores/sqlite/rows/job_counts.hpp"

namespace callboard::sqlite {

job_counts::job_counts(connection& db)
  : change_{db, "INSERT INTO job_counts (kind, organisation, state, jobs) "
                "VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (kind, organisation, state) DO UPDATE SET jobs = jobs + ?4"},
    drop_empty_{db, "DELETE FROM job_counts "
                    "WHERE kind = ?1 AND organisation = ?2 AND state = ?3 AND jobs = 0"} {
  // nop
}

void job_counts::change(job_kind kind, std::string_view organisation, job_state state,
                        std::int64_t by) {
  const auto found = changes_.find(std::tuple{kind, organisation, state});
  if (found != changes_.end())
    found->second += by;
  else
    changes_.emplace(place{kind, organisation, state}, by);
}

result<void> job_counts::write() {
  for (const auto& [at, by] : changes_) {
    const auto& [kind, organisation, state] = at;
    if (by != 0)
      if (auto ok = change_.run(kind, organisation, state, by); !ok)
        return ok;
    if (by < 0)
      if (auto ok = drop_empty_.run(kind, organisation, state); !ok)
        return ok;
  }
  return {};
}

} // namespace callboard::sqlite
