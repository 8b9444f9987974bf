#include "stores/sqlite/lists/column_index.hpp"

#include "core/jobs/order.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/lists/time_bounds.hpp"

#include <algorithm>
#include <utility>

namespace callboard::sqlite {

namespace {

std::int64_t ms_of(system_time time) noexcept {
  return time.time_since_epoch().count();
}

/// Jobs loaded between two checks for a stop: a millisecond or two of work.
constexpr std::size_t jobs_at_once = 1'024;

template <class T>
void put_at(std::vector<T>& column, std::size_t slot, const T& value) {
  column[slot] = value;
}

void put_at(time_column& column, std::size_t slot, std::int64_t value) {
  column.set(slot, value);
}

/// The columns of `index_columns`, one by one.
template <class Columns, class Visit>
void for_each_column(Columns& of, Visit visit) {
  visit(of.id);
  visit(of.version);
  visit(of.created_at);
  visit(of.due_at);
  visit(of.updated_at);
  visit(of.organisation);
  visit(of.job_type);
  visit(of.channel);
  visit(of.tag_set);
  visit(of.state);
}

/// The tags of jobs that are asked for in the order of their rows.
class tags_by_row {
public:
  explicit tags_by_row(connection& db)
    : all_{db, "SELECT job, tag FROM tags ORDER BY job, position"}, found_{all_.start()} {
    // nop
  }

  result<std::vector<std::string>> of(std::int64_t row) {
    std::vector<std::string> tags;
    for (;;) {
      if (!is_ahead_) {
        const auto is_there = found_.next();
        if (!is_there)
          return tl::unexpected(is_there.error());
        if (!*is_there)
          return tags;
        row_ = found_.integer();
        tag_ = found_.text();
        is_ahead_ = true;
      }
      if (row_ > row)
        return tags;
      if (row_ == row)
        tags.push_back(std::move(tag_));
      is_ahead_ = false;
    }
  }

private:
  statement all_;
  rows found_;
  bool is_ahead_ = false;
  std::int64_t row_ = 0;
  std::string tag_;
};

} // namespace

result<std::size_t> column_index::count_jobs(connection& db) {
  const auto jobs = db.number("SELECT ifnull(sum(jobs), 0) FROM job_counts WHERE kind = 1");
  if (!jobs)
    return tl::unexpected(jobs.error());
  return static_cast<std::size_t>(*jobs);
}

result<std::unique_ptr<column_index>> column_index::load(connection& db, std::size_t jobs,
                                                         const std::function<bool()>& goes_on) {
  auto made = std::make_unique<column_index>();
  for_each_column(made->jobs_, [jobs](auto& column) { column.reserve(jobs); });
  tags_by_row tags{db};
  statement all{db, "SELECT job, id, version, organisation, ifnull(job_type_id, ''), "
                    "ifnull(channel_code, ''), state, created_at, due_at, updated_at "
                    "FROM jobs NOT INDEXED WHERE kind = 1 ORDER BY job"};
  auto found = all.start();
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return made;
    if (made->size() % jobs_at_once == 0 && !goes_on())
      return nullptr;
    const auto row = found.integer();
    column_entry entry;
    entry.id = found.id();
    entry.version = static_cast<std::uint64_t>(found.integer());
    const auto organisation = found.text();
    const auto job_type = found.text();
    const auto channel = found.text();
    entry.organisation = organisation;
    entry.job_type_id = job_type;
    entry.channel_code = channel;
    entry.state = found.one_of(job_state::canceled);
    entry.created_at = found.time();
    entry.due_at = found.time();
    entry.updated_at = found.time();
    if (auto ok = found.check(); !ok)
      return tl::unexpected(std::move(ok.error()));
    auto own = tags.of(row);
    if (!own)
      return tl::unexpected(std::move(own.error()));
    entry.tags = *std::move(own);
    made->put(entry);
  }
}

void column_index::put(const job& snapshot) {
  const auto& spec = *snapshot.spec;
  if (spec.kind != job_kind::agent)
    return;
  column_entry entry{
    spec.id, snapshot.version, spec.organisation, {},          {},
    {},      snapshot.state,   spec.created_at,   spec.due_at, snapshot.updated_at};
  if (spec.agent_job) {
    entry.job_type_id = spec.agent_job->job_type_id;
    entry.channel_code = spec.agent_job->channel_code;
    entry.tags = spec.agent_job->tags;
  }
  put(entry);
}

void column_index::put(const column_entry& entry) {
  auto slot = slots_.find(entry.id);
  if (slot == id_index::none) {
    slot = static_cast<std::uint32_t>(jobs_.id.size());
    for_each_column(jobs_, [](auto& column) { column.emplace_back(); });
    jobs_.id[slot] = entry.id;
    jobs_.created_at.set(slot, ms_of(entry.created_at));
    jobs_.organisation[slot] = organisations_.take(entry.organisation);
    jobs_.job_type[slot] = job_types_.take(entry.job_type_id);
    jobs_.channel[slot] = channels_.take(entry.channel_code);
    jobs_.tag_set[slot] = tag_set(entry.tags);
    slots_.insert(slot);
  } else if (entry.version <= jobs_.version[slot]) {
    return;
  }
  jobs_.version[slot] = entry.version;
  jobs_.due_at.set(slot, ms_of(entry.due_at));
  jobs_.updated_at.set(slot, ms_of(entry.updated_at));
  jobs_.state[slot] = static_cast<std::uint8_t>(entry.state);
}

void column_index::erase(const uuid& id) {
  const auto slot = slots_.find(id);
  if (slot == id_index::none)
    return;
  slots_.erase(id);
  ++erased_;
  const auto last = jobs_.id.size() - 1;
  if (slot != last)
    slots_.move(jobs_.id[last], slot);
  for_each_column(jobs_, [&](auto& column) {
    put_at(column, slot, column[last]);
    column.pop_back();
  });
}

void column_index::apply(const column_changes& changes) {
  for (const auto& snapshot : changes.snapshots)
    put(*snapshot);
  for (const auto& id : changes.erased)
    erase(id);
}

std::uint32_t column_index::tag_set(const std::vector<std::string>& tags) {
  std::vector<std::uint32_t> numbers;
  for (const auto& tag : tags)
    numbers.push_back(tags_.take(tag));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  const auto next = static_cast<std::uint32_t>(tag_sets_.size());
  const auto [set, is_new] = tag_sets_.try_emplace(std::move(numbers), next);
  if (is_new) {
    sets_with_.resize(tags_.size());
    for (const auto tag : set->first)
      sets_with_[tag].push_back(next);
  }
  return set->second;
}

std::optional<column_filter> column_index::filter_of(const job_query& query) const {
  column_filter made;
  const auto narrow
    = [](std::optional<std::uint32_t>& to, const string_dictionary& names, std::string_view name) {
        to = names.find(name);
        return to.has_value();
      };
  if (!query.organisation.empty() && !narrow(made.organisation, organisations_, query.organisation))
    return std::nullopt;
  if (query.job_type_id && !narrow(made.job_type, job_types_, *query.job_type_id))
    return std::nullopt;
  if (query.channel_code && !narrow(made.channel, channels_, *query.channel_code))
    return std::nullopt;
  if (!query.tags.empty())
    made.tag_sets.emplace(tag_sets_.size());
  for (const auto& tag : query.tags)
    if (const auto number = tags_.find(tag))
      for (const auto set : sets_with_[*number])
        made.tag_sets->insert(set);
  made.due = bounds(query.due_from, query.due_to);
  made.created = bounds(query.created_from, query.created_to);
  made.counts_states = query.counts_states;
  if (query.states.empty())
    made.states.fill(1);
  for (const auto state : query.states)
    made.states[static_cast<std::size_t>(state)] = 1;
  return made;
}

column_page column_index::find(const job_query& query) {
  const auto wanted = filter_of(query);
  if (!wanted)
    return {};
  std::vector<column_step> order;
  for (const auto& step : core::order_of(query)) {
    auto& added = order.emplace_back(column_step{step.by, step.is_descending, nullptr});
    if (step.by == job_field::job_type_id)
      added.ranks = &job_types_.ranks();
    if (step.by == job_field::channel_code)
      added.ranks = &channels_.ranks();
  }
  return search(jobs_, *wanted, order, query.offset, query.limit);
}

} // namespace callboard::sqlite
