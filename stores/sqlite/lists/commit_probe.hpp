#pragma once

#include <callboard/error.hpp>
#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/lists/column_index.hpp"

#include <cstdint>

namespace callboard::sqlite {

/// Tells what the moment of a transaction has of a commit that was under way when it began.
class commit_probe {
public:
  explicit commit_probe(connection& db)
    : version_of_{db, "SELECT version FROM jobs WHERE id = ?1"} {
    // nop
  }

  /// Whether it has all that the commit changes; else it has nothing of it. Errors: `io`.
  result<bool> has_seen(const column_changes& commit);

private:
  /// 0: no such job.
  result<std::uint64_t> version_of(const uuid& id);

  statement version_of_;
};

} // namespace callboard::sqlite
