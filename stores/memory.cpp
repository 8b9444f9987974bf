#include <callboard/store.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <mutex>
#include <queue>
#include <set>
#include <shared_mutex>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace callboard {

namespace {

constexpr std::size_t kind_count = static_cast<std::size_t>(job_kind::run) + 1;

/// Where a job stands in a list: by creation, then by id.
bool is_older(const job& left, const job& right) noexcept {
  if (left.spec->created_at != right.spec->created_at)
    return left.spec->created_at < right.spec->created_at;
  return left.spec->id < right.spec->id;
}

/// The one place that owns a job's newest snapshot. Its address stays the same.
struct entry {
  // A newer snapshot takes the place of the older one; the id, which is the key, stays the same.
  mutable job_ptr snapshot;
};

struct id_hash {
  using is_transparent = void;
  std::size_t operator()(const uuid& id) const noexcept {
    return std::hash<uuid>{}(id);
  }
  std::size_t operator()(const entry& held) const noexcept {
    return (*this)(held.snapshot->spec->id);
  }
};

struct id_equal {
  using is_transparent = void;
  bool operator()(const entry& left, const entry& right) const noexcept {
    return left.snapshot->spec->id == right.snapshot->spec->id;
  }
  bool operator()(const entry& held, const uuid& id) const noexcept {
    return held.snapshot->spec->id == id;
  }
  bool operator()(const uuid& id, const entry& held) const noexcept {
    return held.snapshot->spec->id == id;
  }
};

struct creation_order {
  bool operator()(const entry* left, const entry* right) const noexcept {
    return is_older(*left->snapshot, *right->snapshot);
  }
};

/// Jobs of one state, oldest first.
using job_order = std::set<const entry*, creation_order>;

/// One organisation's jobs of one kind, by state. Every list is a merge of some of these, so that a
/// page costs what it shows and every count is a size.
struct shelf {
  std::array<job_order, job_state_count> by_state;

  job_order& of(const job& snapshot) {
    return by_state[static_cast<std::size_t>(snapshot.state)];
  }

  std::size_t size() const noexcept {
    std::size_t sum = 0;
    for (const auto& order : by_state)
      sum += order.size();
    return sum;
  }
};

/// Walks several orders as one, newest first.
class newest_first {
public:
  void add(const job_order& order) {
    if (!order.empty())
      heads_.push({order.rbegin(), order.rend()});
  }

  /// The next job; null when there is none left.
  const entry* next() {
    if (heads_.empty())
      return nullptr;
    auto newest = heads_.top();
    heads_.pop();
    const auto* found = *newest.at;
    if (++newest.at != newest.end)
      heads_.push(newest);
    return found;
  }

private:
  struct head {
    job_order::const_reverse_iterator at;
    job_order::const_reverse_iterator end;

    bool operator<(const head& other) const noexcept {
      return creation_order{}(*at, *other.at);
    }
  };

  std::priority_queue<head> heads_;
};

class memory_store final : public store {
public:
  bool is_durable() const noexcept override {
    return false;
  }

  result<void> commit(std::span<const job_ptr> snapshots, std::span<const uuid> erased) override {
    const std::unique_lock lock{mutex_};
    for (const auto& snapshot : snapshots)
      put(snapshot);
    for (const auto& id : erased)
      take_out(id);
    return {};
  }

  result<std::vector<job_ptr>> load_live() override {
    const std::shared_lock lock{mutex_};
    std::vector<job_ptr> live;
    for (const auto& shelves : shelves_)
      for (const auto& [organisation, held] : shelves)
        for (std::size_t state = 0; state < job_state_count; ++state)
          if (!is_terminal(static_cast<job_state>(state)))
            for (const auto* job : held.by_state[state])
              live.push_back(job->snapshot);
    std::sort(live.begin(), live.end(),
              [](const auto& left, const auto& right) { return is_older(*left, *right); });
    return live;
  }

  result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit) override {
    const std::shared_lock lock{mutex_};
    auto ended = finished(kind);
    if (ended.size() <= limit)
      return ended;
    auto first = ended.end() - static_cast<std::ptrdiff_t>(limit);
    while (limit > 0 && first != ended.begin()
           && (*std::prev(first))->finished_at == (*first)->finished_at)
      --first;
    ended.erase(ended.begin(), first);
    return ended;
  }

  result<job_ptr> find(const uuid& id) override {
    const std::shared_lock lock{mutex_};
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->snapshot;
  }

  result<job_page> query(const job_query& query) override {
    const auto wanted = wanted_states(query);
    const std::shared_lock lock{mutex_};
    job_page page;
    newest_first walk;
    for_each_shelf(query, [&](const shelf& held) {
      page.total += held.size();
      for (std::size_t state = 0; state < job_state_count; ++state) {
        if (!wanted[state])
          continue;
        page.matching += held.by_state[state].size();
        walk.add(held.by_state[state]);
      }
    });
    if (query.offset >= page.matching)
      return page;
    for (auto left_out = query.offset; left_out > 0; --left_out)
      walk.next();
    const auto size = std::min(query.limit, page.matching - query.offset);
    page.jobs.reserve(size);
    while (page.jobs.size() < size)
      page.jobs.push_back(walk.next()->snapshot);
    return page;
  }

  // Looks at all finished jobs: nothing calls it often, and an index would cost every job its share.
  result<std::size_t> erase_finished(job_kind kind, system_time before,
                                     std::size_t limit) override {
    const std::unique_lock lock{mutex_};
    auto ended = finished(kind);
    const auto end = std::find_if(ended.begin(), ended.end(),
                                  [&](const job_ptr& one) { return one->finished_at >= before; });
    const auto count = std::min(limit, static_cast<std::size_t>(end - ended.begin()));
    ended.resize(count);
    for (const auto& one : ended)
      take_out(one->spec->id);
    return count;
  }

private:
  using shelves_by_organisation = std::unordered_map<std::string, shelf>;

  static std::array<bool, job_state_count> wanted_states(const job_query& query) {
    std::array<bool, job_state_count> wanted{};
    wanted.fill(query.states.empty());
    for (const auto state : query.states)
      wanted[static_cast<std::size_t>(state)] = true;
    return wanted;
  }

  /// In the order in which they ended.
  std::vector<job_ptr> finished(job_kind kind) {
    std::vector<job_ptr> ended;
    for (const auto& [organisation, held] : shelves_of(kind))
      for (std::size_t state = 0; state < job_state_count; ++state)
        if (is_terminal(static_cast<job_state>(state)))
          for (const auto* job : held.by_state[state])
            ended.push_back(job->snapshot);
    std::sort(ended.begin(), ended.end(), [](const auto& left, const auto& right) {
      return std::tie(left->finished_at, left->spec->id)
             < std::tie(right->finished_at, right->spec->id);
    });
    return ended;
  }

  void take_out(const uuid& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end())
      return;
    auto& shelves = shelves_of(found->snapshot->spec->kind);
    const auto held = shelves.find(found->snapshot->spec->organisation);
    held->second.of(*found->snapshot).erase(&*found);
    if (held->second.size() == 0)
      shelves.erase(held);
    entries_.erase(found);
  }

  shelves_by_organisation& shelves_of(job_kind kind) {
    return shelves_[static_cast<std::size_t>(kind)];
  }

  template <class Visit>
  void for_each_shelf(const job_query& query, Visit visit) {
    const auto& shelves = shelves_of(query.kind);
    if (query.organisation.empty()) {
      for (const auto& [organisation, held] : shelves)
        visit(held);
    } else if (const auto found = shelves.find(query.organisation); found != shelves.end()) {
      visit(found->second);
    }
  }

  void put(const job_ptr& snapshot) {
    assert(snapshot && snapshot->spec);
    const auto [found, is_new] = entries_.insert(entry{snapshot});
    if (!is_new && found->snapshot->version >= snapshot->version)
      return;
    auto& held = shelves_of(snapshot->spec->kind)[snapshot->spec->organisation];
    auto& target = held.of(*snapshot);
    if (is_new) {
      // Jobs come in the order of their creation, more or less: the end is the right place.
      target.insert(target.end(), &*found);
      return;
    }
    auto& source = held.of(*found->snapshot);
    if (&source == &target) {
      found->snapshot = snapshot;
      return;
    }
    auto node = source.extract(&*found);
    found->snapshot = snapshot;
    target.insert(target.end(), std::move(node));
  }

  // Per job: 40 bytes here (node and bucket) and 48 in its order, allocator's overhead included.
  std::unordered_set<entry, id_hash, id_equal> entries_;
  std::array<shelves_by_organisation, kind_count> shelves_;
  std::shared_mutex mutex_;
};

} // namespace

std::unique_ptr<store> make_memory_store() {
  return std::make_unique<memory_store>();
}

} // namespace callboard
