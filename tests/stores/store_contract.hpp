#pragma once

#include <callboard/store.hpp>

#include "tests/stores/sample_jobs.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace callboard::tests {

/// A kind of store that has to keep the contract.
struct store_kind {
  /// Part of the tests' names.
  std::string name;
  /// Opens an empty one; files go into the directory.
  std::function<std::unique_ptr<store>(const std::filesystem::path& directory)> open;

  friend std::ostream& operator<<(std::ostream& out, const store_kind& kind) {
    return out << kind.name;
  }
};

/// All stores there are.
std::vector<store_kind> all_store_kinds();

/// An empty store and short ways to use it.
class store_contract : public ::testing::TestWithParam<store_kind> {
protected:
  store_contract() : jobs_{GetParam().open(directory_.path())} {
    // nop
  }

  store& jobs() {
    return *jobs_;
  }

  /// Commits and expects that it works.
  void commit(const std::vector<job_ptr>& snapshots) {
    const auto done = jobs_->commit(snapshots);
    ASSERT_TRUE(done) << done.error().message;
  }

  /// What the store holds under that id; null for nothing.
  job_ptr find(const uuid& id) {
    auto found = jobs_->find(id);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : nullptr;
  }

  job_page query(const job_query& wanted) {
    auto page = jobs_->query(wanted);
    EXPECT_TRUE(page) << page.error().message;
    return page ? *std::move(page) : job_page{};
  }

  void erase(const std::vector<uuid>& ids) {
    const auto done = jobs_->erase(ids);
    ASSERT_TRUE(done) << done.error().message;
  }

private:
  temp_dir directory_;
  std::unique_ptr<store> jobs_;
};

} // namespace callboard::tests
