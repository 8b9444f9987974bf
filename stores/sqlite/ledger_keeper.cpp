#include "stores/sqlite/ledger_keeper.hpp"

#include <utility>

namespace callboard::sqlite {

ledger* ledger_keeper::current() noexcept {
  used_at_ = std::chrono::steady_clock::now();
  return current_.get();
}

std::optional<std::uint64_t> ledger_keeper::begin_loading() {
  if (loading_)
    return std::nullopt;
  loading_ = ++loadings_;
  return loading_;
}

void ledger_keeper::end_loading(std::uint64_t number, std::unique_ptr<ledger> loaded) {
  if (loading_ != number)
    return; // forgotten meanwhile
  for (const auto& each : missed_)
    if (loaded)
      apply(*loaded, each.snapshots, each.erased);
  missed_.clear();
  loading_.reset();
  current_ = std::move(loaded);
  used_at_ = std::chrono::steady_clock::now();
}

void ledger_keeper::note(std::span<const job_ptr> snapshots, std::span<const uuid> erased) {
  if (loading_)
    missed_.push_back({{snapshots.begin(), snapshots.end()}, {erased.begin(), erased.end()}});
  if (!current_)
    return;
  apply(*current_, snapshots, erased);
  if (current_->is_worn() || std::chrono::steady_clock::now() - used_at_ > idle_limit)
    current_.reset();
}

void ledger_keeper::forget() noexcept {
  current_.reset();
  loading_.reset();
  missed_.clear();
}

void ledger_keeper::apply(ledger& to, std::span<const job_ptr> snapshots,
                          std::span<const uuid> erased) {
  for (const auto& snapshot : snapshots)
    to.put(*snapshot);
  for (const auto& id : erased)
    to.erase(id);
}

} // namespace callboard::sqlite
