#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/sqlite_store.hpp"
#include "tests/stores/sample_jobs.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace callboard::tests {

/// A connection to a database beside the store's, as an operator's shell has one.
class database_shell {
public:
  explicit database_shell(const std::filesystem::path& path);
  database_shell(const database_shell&) = delete;
  database_shell& operator=(const database_shell&) = delete;
  ~database_shell();

  /// Runs SQL, expects that it works, and gives the first value as text; empty for none.
  std::string run(const std::string& sql) const;

private:
  sqlite3* handle_ = nullptr;
};

/// A directory for a SQLite store, and ways to open, break and look at it.
class sqlite_test : public ::testing::Test {
protected:
  std::filesystem::path path() const {
    return directory_.path() / "jobs.db";
  }

  const std::filesystem::path& directory() const {
    return directory_.path();
  }

  /// Opens the store as the program does; expects that it works.
  std::unique_ptr<store> open(store_sync sync = store_sync::full) const;

  /// Opens it on a file layer that can fail, with a short log.
  std::unique_ptr<store> open_on(const faulty_vfs& vfs, store_sync sync = store_sync::full) const;

  /// Length of the short log: 200 KB.
  static constexpr int checkpoint_pages = 50;

  /// Expects that it cannot be opened, and gives the reason.
  error refusal(const std::filesystem::path& at) const;
  error refusal() const {
    return refusal(path());
  }

  /// Runs SQL on the file, beside the store.
  void run(const std::string& sql) const;
  /// The same, for the first value as text.
  std::string ask(const std::string& sql) const;
  /// The same of a database elsewhere.
  static std::string ask(const std::filesystem::path& at, const std::string& sql);

private:
  temp_dir directory_;
};

/// Expects that a write works.
void expect_done(const result<void>& done);

/// Expects that a write fails with `io`, and gives the text.
std::string expect_refused(const result<void>& done);

/// The job's version in the store; 0 for no job.
std::uint64_t version_in(store& jobs, const uuid& id);

} // namespace callboard::tests
