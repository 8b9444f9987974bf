#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/instance_lock.hpp"
#include "stores/sqlite/file/schema.hpp"
#include "stores/sqlite/operations/operations.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace callboard::sqlite {

namespace {

result<std::uintmax_t> size_of(const std::string& path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code)
    return fail(errc::io, "cannot find " + path + ": " + code.message());
  return size;
}

} // namespace

result<compact_report> compact(const std::string& path) {
  const auto before = size_of(path);
  if (!before)
    return tl::unexpected(before.error());
  const auto lock = instance_lock::take(path);
  if (!lock)
    return tl::unexpected(lock.error());
  {
    auto db = connection::open(path, access::write);
    if (!db)
      return tl::unexpected(std::move(db.error()));
    if (auto ok = check_version(**db); !ok)
      return tl::unexpected(std::move(ok.error()));
    if (auto ok = (*db)->run("VACUUM"); !ok)
      return tl::unexpected(std::move(ok.error()));
    // Until the log has been copied the file has its old length.
    if (auto ok = (*db)->run("PRAGMA wal_checkpoint(TRUNCATE)"); !ok)
      return tl::unexpected(std::move(ok.error()));
  }
  const auto after = size_of(path);
  if (!after)
    return tl::unexpected(after.error());
  return compact_report{*before, *after};
}

} // namespace callboard::sqlite
