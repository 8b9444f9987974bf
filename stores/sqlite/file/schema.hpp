#pragma once

#include <callboard/error.hpp>

#include "stores/sqlite/file/connection.hpp"

#include <cstdint>
#include <span>

namespace callboard::sqlite {

/// A step from one version of the schema to the next: SQL, maybe several statements.
using migration = const char*;

/// All steps, oldest first: the n-th one leads to version n. A released step is never changed; what
/// is new becomes a step of its own at the end.
std::span<const migration> migrations();

/// Marks the file as ours ("CBRD"), in SQLite's `application_id`.
inline constexpr std::int32_t application_mark = 0x43425244;

/// Whether the database is empty or ours, of any version. Errors: `io`.
result<void> check_owner(connection& db);

/// Brings a database to the newest version: an empty one from nothing, an older one by the steps that
/// it lacks, in one transaction. Errors: `io` for a newer one, for another program's database, and
/// for what goes wrong on the way; then nothing has changed.
result<void> migrate(connection& db, std::span<const migration> steps = migrations());

/// Whether the database has exactly the newest version, so that it can be read as it is. Errors: `io`.
result<void> check_version(connection& db, std::span<const migration> steps = migrations());

} // namespace callboard::sqlite
