#include "stores/sqlite/file/schema.hpp"

#include <string>

namespace callboard::sqlite {

namespace {

/// The version of a database, 0 for an empty one, after a check that it is ours.
result<std::int64_t> version_of(connection& db) {
  const auto tables = db.number("SELECT count(*) FROM sqlite_schema");
  if (!tables)
    return tables;
  const auto mark = db.number("PRAGMA application_id");
  if (!mark || (*tables == 0 && *mark == 0))
    return mark;
  if (*mark != application_mark)
    return fail(errc::io, "the database belongs to another program");
  return db.number("PRAGMA user_version");
}

std::string too_new(std::int64_t found, std::size_t known) {
  return "the database was written by a newer callboard (its schema has version "
         + std::to_string(found) + ", this program knows up to " + std::to_string(known) + ")";
}

} // namespace

result<void> check_owner(connection& db) {
  if (const auto version = version_of(db); !version)
    return tl::unexpected(version.error());
  return {};
}

result<void> migrate(connection& db, std::span<const migration> steps) {
  auto changes = transaction::begin(db);
  if (!changes)
    return tl::unexpected(std::move(changes.error()));
  const auto found = version_of(db);
  if (!found)
    return tl::unexpected(found.error());
  const auto version = static_cast<std::size_t>(*found);
  if (version > steps.size())
    return fail(errc::io, too_new(*found, steps.size()));
  if (version == steps.size())
    return {};
  for (const auto* step : steps.subspan(version))
    if (auto ok = db.run(step); !ok)
      return ok;
  const auto marks = "PRAGMA application_id = " + std::to_string(application_mark)
                     + "; PRAGMA user_version = " + std::to_string(steps.size());
  if (auto ok = db.run(marks.c_str()); !ok)
    return ok;
  return changes->commit();
}

result<void> check_version(connection& db, std::span<const migration> steps) {
  const auto found = version_of(db);
  if (!found)
    return tl::unexpected(found.error());
  const auto version = static_cast<std::size_t>(*found);
  if (version > steps.size())
    return fail(errc::io, too_new(*found, steps.size()));
  if (version < steps.size())
    return fail(errc::io, "the database was written by an older callboard: start the server once "
                          "with it, then try again");
  return {};
}

} // namespace callboard::sqlite
