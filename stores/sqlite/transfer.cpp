#include <callboard/store.hpp>

#include "stores/sqlite/connection.hpp"
#include "stores/sqlite/job_reader.hpp"
#include "stores/sqlite/line_parser.hpp"
#include "stores/sqlite/line_writer.hpp"
#include "stores/sqlite/operations.hpp"
#include "stores/sqlite/schema.hpp"
#include "stores/sqlite/statement.hpp"

#include <istream>
#include <ostream>
#include <utility>

namespace callboard::sqlite {

namespace {

/// How often progress is told: several times a second.
constexpr std::size_t jobs_per_progress = 5000;
/// Jobs put in by one commit.
constexpr std::size_t import_batch = 500;

result<std::size_t> export_from(connection& db, std::ostream& to, const progress& told) {
  const auto total
    = db.number("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM messages)");
  if (!total)
    return tl::unexpected(total.error());
  job_reader jobs{db};
  statement all{db, "SELECT job FROM jobs UNION ALL SELECT job FROM messages ORDER BY job"};
  auto found = all.start();
  std::size_t count = 0;
  to << export_header << '\n';
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      break;
    const auto read = jobs.at(found.integer());
    if (!read)
      return tl::unexpected(read.error());
    if (!*read)
      return damaged();
    to << to_line(**read) << '\n';
    if (++count % jobs_per_progress == 0 && told)
      told("jobs", count, static_cast<std::size_t>(*total));
  }
  if (!to.flush())
    return fail(errc::io, "the export cannot be written");
  return count;
}

} // namespace

result<std::size_t> export_jobs(const std::string& path, std::ostream& to, const progress& told) {
  auto db = connection::open(path, access::read);
  if (!db)
    return tl::unexpected(std::move(db.error()));
  const auto moment = transaction::begin_read(**db);
  if (!moment)
    return tl::unexpected(moment.error());
  if (auto ok = check_version(**db); !ok)
    return tl::unexpected(std::move(ok.error()));
  return export_from(**db, to, told);
}

result<std::size_t> import_jobs(const std::string& path, std::istream& from, const progress& told) {
  const auto parser = line_parser::make();
  if (!parser)
    return tl::unexpected(parser.error());
  const auto jobs = open_sqlite_store({.path = path});
  if (!jobs)
    return tl::unexpected(jobs.error());
  std::size_t count = 0;
  std::vector<job_ptr> batch;
  const auto commit = [&] {
    auto done = (*jobs)->commit(batch);
    batch.clear();
    return done;
  };

  std::string line;
  for (std::size_t number = 1; std::getline(from, line); ++number) {
    if (line.empty() || (*parser)->is_header(line))
      continue;
    auto parsed = (*parser)->parse(line);
    if (!parsed)
      return fail(parsed.error().code,
                  "line " + std::to_string(number) + ": " + parsed.error().message);
    batch.push_back(*std::move(parsed));
    if (batch.size() == import_batch)
      if (auto ok = commit(); !ok)
        return tl::unexpected(std::move(ok.error()));
    if (++count % jobs_per_progress == 0 && told)
      told("jobs", count, 0);
  }
  if (from.bad())
    return fail(errc::io, "the lines cannot be read");
  if (auto ok = commit(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return count;
}

} // namespace callboard::sqlite
