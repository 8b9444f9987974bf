#include "stores/sqlite/file/connection.hpp"

#include "stores/sqlite/file/statement.hpp"

#include <sqlite3.h>

#include <cassert>
#include <utility>

namespace callboard::sqlite {

namespace {

int primary(int code) noexcept {
  return code & 0xff;
}

std::string message_for(int code) {
  switch (primary(code)) {
    case SQLITE_FULL:
      return "the disk that holds the database is full";
    case SQLITE_NOTADB:
      return "the file is not a database";
    case SQLITE_CORRUPT:
      return "the database is damaged";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "the database is locked by another program";
    case SQLITE_READONLY:
      return "the database or its directory cannot be written to";
    case SQLITE_CANTOPEN:
      return "the database file cannot be opened";
    case SQLITE_IOERR:
      return std::string{"the database cannot be read or written: "} + sqlite3_errstr(code);
    default:
      return std::string{"database fault: "} + sqlite3_errstr(code);
  }
}

bool breaks_trust(int code) noexcept {
  switch (primary(code)) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
      return true;
    default:
      return false;
  }
}

} // namespace

result<std::unique_ptr<connection>> connection::open(const std::string& path, access how,
                                                     const char* vfs) {
  const auto create = how == access::create ? SQLITE_OPEN_CREATE : 0;
  sqlite3* handle = nullptr;
  const auto code = sqlite3_open_v2(
    path.c_str(), &handle,
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | create, vfs);
  if (handle == nullptr)
    return fail(errc::io, "not enough memory to open the database");
  std::unique_ptr<connection> made{new connection{handle}};
  if (code != SQLITE_OK)
    return made->failure(code);
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  // Without the right to write, SQLite opens for reading and says nothing.
  if (how != access::read && sqlite3_db_readonly(handle, "main") == 1)
    return made->failure(SQLITE_READONLY);
  if (how == access::read)
    if (auto ok = made->run("PRAGMA query_only = ON"); !ok)
      return tl::unexpected(ok.error());
  return made;
}

connection::~connection() {
  [[maybe_unused]] const auto code = sqlite3_close(handle_);
  assert(code == SQLITE_OK && "a statement outlives its connection");
}

result<void> connection::run(const char* sql) {
  if (const auto code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
    return failure(code);
  return {};
}

result<std::int64_t> connection::number(const char* sql) {
  statement asked{*this, sql};
  auto row = asked.start();
  const auto is_there = row.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  return row.integer();
}

result<std::string> connection::text(const char* sql) {
  statement asked{*this, sql};
  auto row = asked.start();
  const auto is_there = row.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  return row.text();
}

bool connection::is_in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}

void connection::note(int code) noexcept {
  is_broken_ |= breaks_trust(code);
}

tl::unexpected<error> connection::failure(int code) {
  note(code);
  return fail(errc::io, message_for(code));
}

result<transaction> transaction::begin(connection& db) {
  if (auto ok = db.run("BEGIN IMMEDIATE"); !ok)
    return tl::unexpected(ok.error());
  return transaction{db};
}

result<transaction> transaction::begin_read(connection& db) {
  if (auto ok = db.run("BEGIN"); !ok)
    return tl::unexpected(ok.error());
  return transaction{db};
}

transaction::transaction(transaction&& other) noexcept : db_{std::exchange(other.db_, nullptr)} {
  // nop
}

transaction::~transaction() {
  // SQLite rolls back by itself on some faults; then there is nothing left to do.
  if (db_ && db_->is_in_transaction())
    sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

result<void> transaction::commit() {
  if (auto ok = db_->run("COMMIT"); !ok)
    return ok;
  db_ = nullptr;
  return {};
}

tl::unexpected<error> damaged() {
  return fail(errc::io, "the database is damaged: it holds values that cannot be");
}

} // namespace callboard::sqlite
