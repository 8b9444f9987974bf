#include "bench/figures/agent_job_lists.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/store.hpp>

#include "bench/load/histogram.hpp"
#include "bench/load/statistics.hpp"

namespace callboard::bench {

namespace {

constexpr auto organisation = "default";
/// A database is filled with this many jobs per commit.
constexpr std::size_t batch_size = 1'000;
/// Each list is asked for so often: enough for a p99.
constexpr std::size_t asked = 100;
/// Jobs come so far apart; half an hour of a busy server for each 100,000.
constexpr std::chrono::milliseconds spacing{20};
/// The creation of the first job, 2026-01-01.
constexpr system_time first_creation{std::chrono::milliseconds{1'767'225'600'000}};
constexpr std::uint64_t seed = 20'260'101;

/// Jobs as a server has them after a while: most have ended, types, channels and tags are of
/// very different sizes.
class job_source {
public:
  job_ptr next() {
    auto spec = std::make_shared<job_spec>();
    spec->id = next_id();
    spec->kind = job_kind::agent;
    spec->organisation = organisation;
    spec->agent_id = spec->id;
    spec->content = std::string(100, 'x');
    spec->created_at = first_creation + spacing * static_cast<std::int64_t>(number_);
    const std::chrono::minutes ahead{below(3) == 0 ? below(1440) : 0};
    spec->due_at = spec->created_at + ahead;
    spec->expires_at = spec->due_at + std::chrono::hours{1};
    auto fields = std::make_shared<agent_job_fields>();
    fields->job_type_id = "type-" + std::to_string(below(5));
    fields->channel_code = "channel-" + std::to_string(below(200));
    fields->params = json_text::from_valid("{}");
    fields->target_channel = json_text::from_valid(R"({"code":"c","platform":"p"})");
    if (below(2) == 0)
      fields->tags.push_back("large-" + std::to_string(below(10)));
    if (below(4) == 0)
      fields->tags.push_back("small-" + std::to_string(below(1'000)));
    spec->agent_job = std::move(fields);
    ++number_;
    return in_some_state(std::move(spec));
  }

private:
  std::uint32_t below(std::uint32_t end) {
    return static_cast<std::uint32_t>(random_() % end);
  }

  uuid next_id() {
    uuid made;
    const auto ms = static_cast<std::uint64_t>(number_);
    for (std::size_t i = 0; i < 6; ++i)
      made.bytes[5 - i] = static_cast<std::uint8_t>(ms >> (8 * i));
    made.bytes[6] = 0x70;
    made.bytes[8] = 0x80;
    const auto tail = random_();
    for (std::size_t i = 9; i < made.bytes.size(); ++i)
      made.bytes[i] = static_cast<std::uint8_t>(tail >> (8 * (i - 9)));
    return made;
  }

  job_ptr in_some_state(std::shared_ptr<const job_spec> spec) {
    const auto percent = below(100);
    auto made = std::make_shared<job>();
    made->spec = std::move(spec);
    made->version = 3;
    made->updated_at = made->spec->due_at + std::chrono::seconds{below(60)};
    made->state = percent < 2    ? job_state::scheduled
                  : percent < 3  ? job_state::pending
                  : percent < 4  ? job_state::processing
                  : percent < 80 ? job_state::completed
                  : percent < 95 ? job_state::failed
                                 : job_state::canceled;
    if (is_terminal(made->state)) {
      made->finished_at = made->updated_at;
      made->outcome = std::make_shared<const job_outcome>();
    }
    return made;
  }

  std::mt19937_64 random_{seed};
  std::size_t number_ = 0;
};

struct named_query {
  std::string name;
  job_query query;
};

job_query all_jobs() {
  job_query made;
  made.kind = job_kind::agent;
  made.organisation = organisation;
  made.counts_states = true;
  return made;
}

/// @param stored the jobs that there are, to put bounds on times.
std::vector<named_query> all_queries(std::size_t stored) {
  const auto middle = first_creation + spacing * static_cast<std::int64_t>(stored / 2);
  std::vector<named_query> all{{"all", all_jobs()}};
  const auto add = [&](std::string name, auto change, std::vector<job_sort> sort = {}) {
    auto& added = all.emplace_back(named_query{std::move(name), all_jobs()});
    change(added.query);
    added.query.sort = std::move(sort);
  };
  const auto status = [](job_query& to) { to.states = {job_state::failed, job_state::timeout}; };
  const auto type = [](job_query& to) { to.job_type_id = "type-1"; };
  const auto channel = [](job_query& to) { to.channel_code = "channel-7"; };
  const auto tag = [](job_query& to) { to.tags = {"large-3"}; };
  const auto tags = [](job_query& to) { to.tags = {"large-3", "small-77"}; };
  const auto created = [middle](job_query& to) { to.created_from = middle; };
  const auto due = [middle](job_query& to) { to.due_from = middle; };
  const auto several = [](auto... filters) { return [=](job_query& to) { (filters(to), ...); }; };
  const auto none = [](job_query&) {};
  const std::vector<job_sort> by_due{{job_field::due_at, true}};
  add("status", status);
  add("type", type);
  add("channel", channel);
  add("tag", tag);
  add("two tags", tags);
  add("created since", created);
  add("due since", due);
  add("tag, type", several(tag, type));
  add("type, status, created since", several(type, status, created));
  add("every filter", several(tags, type, channel, status, created, due));
  add("all by due_at", none, by_due);
  add("type by due_at", type, by_due);
  add("tag by due_at", tag, by_due);
  add("channel by updated_at", channel, {{job_field::updated_at, true}});
  add("all by type, updated_at", none,
      {{job_field::job_type_id, false}, {job_field::updated_at, true}});
  add("all by channel, status, due_at", none,
      {{job_field::channel_code, false}, {job_field::state, false}, {job_field::due_at, true}});
  add("tag by status, created_at", tag, {{job_field::state, false}, {job_field::created_at, true}});
  return all;
}

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

result<nlohmann::json> ask(store& jobs, const named_query& what) {
  histogram times;
  std::size_t matching = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto page = jobs.query(what.query);
    times.record(std::chrono::steady_clock::now() - begin);
    if (!page)
      return tl::unexpected(page.error());
    matching = page->matching;
  }
  return nlohmann::json{{"name", what.name},
                        {"matching", matching},
                        {"p50Ms", milliseconds_of(times.quantile(0.5))},
                        {"p99Ms", milliseconds_of(times.quantile(0.99))}};
}

result<nlohmann::json> ask_all(store& jobs, std::size_t stored) {
  const auto queries = all_queries(stored);
  // The first one comes right after the start, and waits until the column index is loaded.
  const auto begin = std::chrono::steady_clock::now();
  if (const auto page = jobs.query(queries.back().query); !page)
    return tl::unexpected(page.error());
  const auto took = std::chrono::steady_clock::now() - begin;
  auto lists = nlohmann::json::array();
  for (const auto& each : queries) {
    auto asked_for = ask(jobs, each);
    if (!asked_for)
      return asked_for;
    lists.push_back(*std::move(asked_for));
  }
  return nlohmann::json{
    {"stored", stored}, {"firstMs", milliseconds_of(took)}, {"lists", std::move(lists)}};
}

/// Adds jobs until this many are stored. Errors: those of the store.
result<void> fill(store& jobs, job_source& source, std::size_t& stored, std::size_t size) {
  while (stored < size) {
    std::vector<job_ptr> batch;
    for (; stored < size && batch.size() < batch_size; ++stored)
      batch.push_back(source.next());
    if (auto done = jobs.commit(batch); !done)
      return done;
  }
  return {};
}

} // namespace

result<nlohmann::json> measure_lists(std::size_t jobs) {
  const auto reopen
    = [] { return open_sqlite_store({.path = "lists.db", .sync = store_sync::normal}); };
  job_source source;
  auto sizes = nlohmann::json::array();
  std::size_t stored = 0;
  for (const auto divisor : {1'000U, 10U, 1U}) {
    {
      const auto opened = reopen();
      if (!opened)
        return tl::unexpected(opened.error());
      const auto size = std::max<std::size_t>(jobs / divisor, 1);
      if (auto done = fill(**opened, source, stored, size); !done)
        return tl::unexpected(std::move(done.error()));
    }
    // Opened again, as after a start.
    const auto opened = reopen();
    if (!opened)
      return tl::unexpected(opened.error());
    auto taken = ask_all(**opened, stored);
    if (!taken)
      return taken;
    sizes.push_back(*std::move(taken));
  }
  return nlohmann::json{{"sizes", std::move(sizes)}};
}

} // namespace callboard::bench
