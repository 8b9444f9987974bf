#include "stores/sqlite/lists/index_cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace callboard::sqlite {

namespace {

column_changes kept(const job_changes& changes) {
  column_changes made;
  std::copy_if(changes.snapshots.begin(), changes.snapshots.end(),
               std::back_inserter(made.snapshots),
               [](const job_ptr& each) { return each->spec->kind == job_kind::agent; });
  made.erased.assign(changes.erased.begin(), changes.erased.end());
  return made;
}

} // namespace

void index_cache::begin_commit(const job_changes& changes) {
  const std::lock_guard lock{commits_};
  under_way_ = changes;
}

void index_cache::end_commit(bool is_done) {
  if (!is_done) {
    forget();
    return;
  }
  {
    const std::lock_guard lock{commits_};
    const auto ended = std::exchange(under_way_, {});
    if (!is_there_ && !loading_)
      return;
    committed_.push_back(kept(ended));
  }
  // A list that has the turn may take milliseconds: what it leaves the next commit takes up.
  const std::unique_lock turn{turn_, std::try_to_lock};
  if (turn && current_)
    bring_up_to_date();
}

void index_cache::bring_up_to_date() {
  std::vector<column_changes> missing;
  {
    const std::lock_guard lock{commits_};
    missing.swap(committed_);
  }
  for (const auto& each : missing)
    current_->apply(each);
  const auto is_too_large = current_->size() > jobs_max;
  if (!current_->is_worn() && !is_too_large)
    return;
  const std::lock_guard lock{commits_};
  current_.reset();
  is_there_ = false;
  is_wanted_ = !is_too_large;
}

column_index* index_cache::current() noexcept {
  is_wanted_ |= !is_there_;
  return current_.get();
}

missing_changes index_cache::take_missing() {
  return {std::exchange(committed_, {}), kept(under_way_)};
}

bool index_cache::is_wanted() {
  const std::lock_guard lock{commits_};
  return is_wanted_ && !is_there_ && !loading_;
}

std::optional<std::uint64_t> index_cache::begin_loading() {
  if (is_there_ || loading_)
    return std::nullopt;
  is_wanted_ = false;
  loading_ = ++loadings_;
  return loading_;
}

bool index_cache::is_loading(std::uint64_t number) {
  const std::lock_guard lock{commits_};
  return loading_ == number;
}

void index_cache::end_loading(std::uint64_t number, std::unique_ptr<column_index> loaded) {
  const std::scoped_lock lock{turn_, commits_};
  if (loading_ != number)
    return; // forgotten meanwhile
  loading_.reset();
  is_there_ = loaded != nullptr;
  if (!is_there_)
    committed_.clear();
  current_ = std::move(loaded);
}

void index_cache::forget() {
  const std::scoped_lock lock{turn_, commits_};
  under_way_ = {};
  current_.reset();
  is_there_ = false;
  is_wanted_ = true;
  loading_.reset();
  committed_.clear();
}

} // namespace callboard::sqlite
