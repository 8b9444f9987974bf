#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace callboard::tests {

namespace {

std::unique_ptr<store> value_of(result<std::unique_ptr<store>> opened) {
  if (!opened)
    throw std::runtime_error("cannot open the store: " + opened.error().message);
  return *std::move(opened);
}

} // namespace

std::unique_ptr<store> sqlite_test::open(store_sync sync) const {
  return value_of(open_sqlite_store({.path = path(), .sync = sync}));
}

std::unique_ptr<store> sqlite_test::open_on(const faulty_vfs& vfs, store_sync sync) const {
  return value_of(sqlite::open_store({.path = path(),
                                      .sync = sync,
                                      .vfs = vfs.name(),
                                      .checkpoint_pages = checkpoint_pages,
                                      .checkpoints_beside = false}));
}

error sqlite_test::refusal(const std::filesystem::path& at) const {
  const auto opened = open_sqlite_store({.path = at});
  EXPECT_FALSE(opened);
  return opened ? error{} : opened.error();
}

void sqlite_test::run(const std::string& sql) const {
  ask(sql);
}

std::string sqlite_test::ask(const std::string& sql) const {
  return ask(path(), sql);
}

std::string sqlite_test::ask(const std::filesystem::path& at, const std::string& sql) {
  return database_shell{at}.run(sql);
}

database_shell::database_shell(const std::filesystem::path& path) {
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK) << path;
}

database_shell::~database_shell() {
  sqlite3_close(handle_);
}

std::string database_shell::run(const std::string& sql) const {
  std::string found;
  char* fault = nullptr;
  sqlite3_exec(
    handle_, sql.c_str(),
    [](void* out, int, char** values, char**) {
      auto& text = *static_cast<std::string*>(out);
      if (text.empty() && values[0] != nullptr)
        text = values[0];
      return 0;
    },
    &found, &fault);
  EXPECT_EQ(fault, nullptr) << fault;
  sqlite3_free(fault);
  return found;
}

void expect_done(const result<void>& done) {
  EXPECT_TRUE(done) << done.error().message;
}

std::string expect_refused(const result<void>& done) {
  EXPECT_FALSE(done);
  if (done)
    return {};
  EXPECT_EQ(done.error().code, errc::io);
  return done.error().message;
}

std::uint64_t version_in(store& jobs, const uuid& id) {
  const auto found = jobs.find(id);
  EXPECT_TRUE(found) << found.error().message;
  return found && *found ? (*found)->version : 0;
}

} // namespace callboard::tests
