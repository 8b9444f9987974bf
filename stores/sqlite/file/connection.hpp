#pragma once

#include <callboard/error.hpp>

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;

namespace callboard::sqlite {

/// How long to wait for another program (a shell, a backup) that locks the database.
inline constexpr int busy_timeout_ms = 5000;

/// What a connection is for.
enum class access : std::uint8_t {
  /// For writing; makes the file if it is not there.
  create,
  /// For writing a file that is there.
  write,
  /// The file must be there; every attempt to change it fails. (It is opened for writing all the same
  /// if that is allowed, because the log that a crash leaves behind has to be played back first.)
  read,
};

/// A database connection, for one thread at a time. Statements keep a reference to it, so it never
/// moves and must outlive them.
class connection {
public:
  /// Opens a file. Nothing is read yet: a file that is no database is noticed at the first use.
  /// @param vfs name of SQLite's file layer; null: the default one.
  static result<std::unique_ptr<connection>> open(const std::string& path, access how,
                                                  const char* vfs = nullptr);

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Closes it. All its statements must be gone.
  ~connection();

  /// Runs SQL that gives no rows, or none that matter.
  result<void> run(const char* sql);

  /// Runs SQL that gives one row of one integer.
  result<std::int64_t> number(const char* sql);

  /// Runs SQL that gives one row of one text.
  result<std::string> text(const char* sql);

  /// Whether a transaction is open.
  bool is_in_transaction() const noexcept;

  /// Remembers a result code of SQLite for `is_broken`.
  void note(int code) noexcept;

  /// The error for a result code of SQLite, which is noted.
  tl::unexpected<error> failure(int code);

  /// Whether what happened so far makes the connection untrustworthy: the file could not be read or
  /// written properly, or what it says makes no sense. A full disk is no such fault.
  bool is_broken() const noexcept {
    return is_broken_;
  }

  /// SQLite's own handle; never null.
  sqlite3* handle() const noexcept {
    return handle_;
  }

private:
  explicit connection(sqlite3* handle) : handle_{handle} {
    // nop
  }

  sqlite3* handle_;
  bool is_broken_ = false;
};

/// A transaction: rolled back at the end of its scope unless it was committed.
class transaction {
public:
  /// Begins one that will write; waits for other programs' writes.
  static result<transaction> begin(connection& db);

  /// Begins one whose reads are all of one moment, that of the first read.
  static result<transaction> begin_read(connection& db);

  transaction(transaction&& other) noexcept;
  transaction& operator=(transaction&&) = delete;
  ~transaction();

  /// On an error nothing was written.
  result<void> commit();

private:
  explicit transaction(connection& db) : db_{&db} {
    // nop
  }

  connection* db_;
};

/// The error for a database that holds what this program never writes.
tl::unexpected<error> damaged();

} // namespace callboard::sqlite
