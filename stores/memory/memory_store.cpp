#include <callboard/store.hpp>

#include "stores/memory/schedule_index.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "core/jobs/order.hpp"
#include "core/jobs/text_bytes.hpp"
#include "stores/memory/job_index.hpp"
#include "stores/memory/session_index.hpp"

namespace callboard {

namespace {

using memory::entry;
using memory::is_older;
using memory::job_index;
using memory::newest_first;

constexpr std::size_t kind_count = static_cast<std::size_t>(job_kind::run) + 1;

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

bool is_scheduled(const job& one) noexcept {
  return one.state == job_state::scheduled && one.spec->kind == job_kind::agent;
}

std::array<bool, job_state_count> wanted_states(const job_query& query) {
  std::array<bool, job_state_count> wanted{};
  wanted.fill(query.states.empty());
  for (const auto state : query.states)
    wanted[static_cast<std::size_t>(state)] = true;
  return wanted;
}

class memory_store final : public store {
public:
  bool is_durable() const noexcept override {
    return false;
  }

  result<void> apply(const store_changes& changes) override {
    const std::unique_lock lock{mutex_};
    for (const auto& snapshot : changes.snapshots)
      put(snapshot);
    for (const auto& change : changes.schedules)
      for (const auto& run : schedules_.apply(change))
        take_out(run);
    for (const auto& id : changes.erased)
      take_out(id);
    sessions_.apply(changes.sessions, changes.messages);
    return {};
  }

  result<std::vector<session_ptr>> load_sessions() override {
    const std::shared_lock lock{mutex_};
    return sessions_.all();
  }

  result<session_message_page> load_messages(const session_message_query& query) override {
    const std::shared_lock lock{mutex_};
    return sessions_.messages(query);
  }

  result<std::vector<history_entry>> load_history(const history_query& query) override {
    const std::shared_lock lock{mutex_};
    return sessions_.history(query);
  }

  result<std::size_t> erase_leftovers(std::size_t) override {
    return std::size_t{0}; // messages go with their session
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    const std::shared_lock lock{mutex_};
    return schedules_.all();
  }

  result<std::vector<job_ptr>> load_runs(const run_query& query) override {
    const std::shared_lock lock{mutex_};
    auto runs = schedules_.runs(query);
    core::page_allowance allowed{query.text_bytes_max};
    for (const auto& run : runs)
      if (auto ok = allowed.take(*run); !ok)
        return tl::unexpected(std::move(ok.error()));
    return runs;
  }

  result<std::size_t> erase_runs(std::span<const uuid> schedule_ids, std::size_t keep,
                                 std::size_t limit) override {
    const std::unique_lock lock{mutex_};
    std::size_t erased = 0;
    for (const auto& id : schedule_ids) {
      const auto surplus = schedules_.surplus_runs(id, keep, limit - erased);
      for (const auto& run : surplus)
        take_out(run);
      erased += surplus.size();
      if (erased == limit)
        break;
    }
    return erased;
  }

  result<std::vector<job_ptr>> load_live(system_time due_before) override {
    const std::shared_lock lock{mutex_};
    std::vector<job_ptr> live;
    for_each([&](const job_ptr& one) {
      if (!is_terminal(one->state) && !(is_scheduled(*one) && one->spec->due_at >= due_before))
        live.push_back(one);
    });
    std::sort(live.begin(), live.end(),
              [](const auto& left, const auto& right) { return is_older(*left, *right); });
    return live;
  }

  result<std::map<std::string, std::size_t>> count_delayed(system_time due_from) override {
    const std::shared_lock lock{mutex_};
    std::map<std::string, std::size_t> counts;
    for_each([&](const job_ptr& one) {
      if (is_scheduled(*one) && one->spec->due_at >= due_from)
        ++counts[one->spec->organisation];
    });
    return counts;
  }

  // Looks at all jobs: an engine asks for this only of stores that are durable.
  result<std::vector<job_ptr>> load_delayed(const due_place& from, system_time until,
                                            std::size_t limit) override {
    const std::shared_lock lock{mutex_};
    const auto place = [](const job& one) { return std::tie(one.spec->due_at, one.spec->id); };
    std::vector<job_ptr> found;
    for_each([&](const job_ptr& one) {
      if (is_scheduled(*one) && place(*one) >= std::tie(from.due_at, from.id)
          && one->spec->due_at < until)
        found.push_back(one);
    });
    std::sort(found.begin(), found.end(),
              [&](const auto& left, const auto& right) { return place(*left) < place(*right); });
    found.resize(std::min(limit, found.size()));
    return found;
  }

  result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit,
                                             std::size_t text_bytes_max) override {
    const std::shared_lock lock{mutex_};
    auto ended = finished(kind);
    core::last_ended taken{limit, text_bytes_max};
    auto first = ended.end();
    while (first != ended.begin() && taken.take(**std::prev(first)))
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
    const std::shared_lock lock{mutex_};
    const auto is_filtered = !query.tags.empty() || (query.job_type_id && query.channel_code)
                             || query.due_from || query.due_to || query.created_from
                             || query.created_to;
    const auto is_newest_first = query.sort.empty() || query.sort == std::vector{job_sort{}};
    auto page = is_filtered || !is_newest_first ? sorted_page(query) : newest_page(query);
    core::page_allowance allowed{query.text_bytes_max};
    for (const auto& one : page.jobs)
      if (auto ok = allowed.take(*one); !ok)
        return tl::unexpected(std::move(ok.error()));
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
  using indexes_by_organisation = std::unordered_map<std::string, job_index>;

  /// A page of what needs no look at the jobs that are not on it.
  job_page newest_page(const job_query& query) const {
    const auto wanted = wanted_states(query);
    job_page page;
    newest_first walk;
    for_each_index(query, [&](const job_index& held) {
      page.total += held.all().size();
      for (const auto* state_list : held.narrowest(query))
        for (std::size_t state = 0; state < job_state_count; ++state) {
          const auto& order = state_list->by_state[state];
          if (query.counts_states)
            page.by_state[state] += order.size();
          if (!wanted[state])
            continue;
          page.matching += order.size();
          walk.add(order);
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

  /// A page for which all that match are gathered and as many as needed are put in order.
  job_page sorted_page(const job_query& query) const {
    const auto wanted = wanted_states(query);
    job_page page;
    std::vector<const entry*> matching;
    for_each_index(query, [&](const job_index& held) {
      page.total += held.all().size();
      for (const auto* state_list : held.narrowest(query))
        for (std::size_t state = 0; state < job_state_count; ++state)
          if (wanted[state] || query.counts_states)
            for (const auto* one : state_list->by_state[state])
              if (core::matches_but_state(*one->snapshot, query))
                matching.push_back(one);
    });
    if (query.tags.size() > 1) {
      std::sort(matching.begin(), matching.end());
      matching.erase(std::unique(matching.begin(), matching.end()), matching.end());
    }
    std::erase_if(matching, [&](const entry* one) {
      const auto state = static_cast<std::size_t>(one->snapshot->state);
      if (query.counts_states)
        ++page.by_state[state];
      return !wanted[state];
    });
    page.matching = matching.size();
    if (query.offset >= page.matching)
      return page;
    const auto size = std::min(query.limit, page.matching - query.offset);
    const auto first = matching.begin() + static_cast<std::ptrdiff_t>(query.offset);
    const auto last = first + static_cast<std::ptrdiff_t>(size);
    const auto order = core::order_of(query);
    std::partial_sort(matching.begin(), last, matching.end(),
                      [&](const entry* left, const entry* right) {
                        return core::comes_before(*left->snapshot, *right->snapshot, order);
                      });
    std::for_each(first, last, [&](const entry* one) { page.jobs.push_back(one->snapshot); });
    return page;
  }

  /// In the order in which they ended.
  std::vector<job_ptr> finished(job_kind kind) const {
    std::vector<job_ptr> ended;
    for_each([&](const job_ptr& one) {
      if (one->spec->kind == kind && is_terminal(one->state))
        ended.push_back(one);
    });
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
    schedules_.forget(*found->snapshot);
    auto& indexes = indexes_of(found->snapshot->spec->kind);
    const auto held = indexes.find(found->snapshot->spec->organisation);
    held->second.remove(*found);
    if (held->second.all().size() == 0)
      indexes.erase(held);
    entries_.erase(found);
  }

  indexes_by_organisation& indexes_of(job_kind kind) {
    return indexes_[static_cast<std::size_t>(kind)];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& one : entries_)
      visit(one.snapshot);
  }

  template <class Visit>
  void for_each_index(const job_query& query, Visit visit) const {
    const auto& indexes = indexes_[static_cast<std::size_t>(query.kind)];
    if (query.organisation.empty()) {
      for (const auto& [organisation, held] : indexes)
        visit(held);
    } else if (const auto found = indexes.find(query.organisation); found != indexes.end()) {
      visit(found->second);
    }
  }

  void put(const job_ptr& snapshot) {
    assert(snapshot && snapshot->spec);
    const auto [found, is_new] = entries_.insert(entry{snapshot});
    if (!is_new && found->snapshot->version >= snapshot->version)
      return;
    schedules_.note(snapshot);
    auto& held = indexes_of(snapshot->spec->kind)[snapshot->spec->organisation];
    if (is_new)
      held.add(*found);
    else
      held.change(*found, snapshot);
  }

  // Per job: 40 bytes here (node and bucket) and 48 in each order that it stands in, allocator's
  // overhead included.
  std::unordered_set<entry, id_hash, id_equal> entries_;
  std::array<indexes_by_organisation, kind_count> indexes_;
  schedule_index schedules_;
  memory::session_index sessions_;
  std::shared_mutex mutex_;
};

} // namespace

std::unique_ptr<store> make_memory_store() {
  return std::make_unique<memory_store>();
}

} // namespace callboard
