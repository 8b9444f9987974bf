#include "stores/sqlite/rows/spec_writer.hpp"

#include "stores/sqlite/rows/column_lists.hpp"
#include "stores/sqlite/rows/job_columns.hpp"

#include <string>
#include <tuple>

namespace callboard::sqlite {

namespace {

std::string insert_sql() {
  constexpr auto all = 1 + message_spec_columns.size() + extra_spec_columns.size();
  return "INSERT INTO specs (job, " + names(message_spec_columns) + ", " + names(extra_spec_columns)
         + ") VALUES (" + places(1, all) + ")";
}

} // namespace

spec_writer::spec_writer(connection& db)
  : insert_{db, insert_sql()},
    insert_tag_{db, "INSERT INTO tags (job, position, tag) VALUES (?1, ?2, ?3)"},
    erase_{db, "DELETE FROM specs WHERE job = ?1"},
    erase_tags_{db, "DELETE FROM tags WHERE job = ?1"} {
  // nop
}

result<void> spec_writer::insert(std::int64_t row, const job_spec& spec) {
  const auto values
    = std::tuple_cat(std::tuple{row}, message_spec_values(spec), extra_spec_values(spec));
  if (auto ok = run(insert_, values); !ok)
    return ok;
  if (!spec.agent_job)
    return {};
  std::int64_t position = 0;
  for (const auto& tag : spec.agent_job->tags)
    if (auto ok = insert_tag_.run(row, position++, tag); !ok)
      return ok;
  return {};
}

result<void> spec_writer::erase(std::int64_t row, job_kind kind) {
  if (auto ok = erase_.run(row); !ok)
    return ok;
  return kind == job_kind::agent ? erase_tags_.run(row) : result<void>{};
}

} // namespace callboard::sqlite
