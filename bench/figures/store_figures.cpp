#include "bench/figures/store_figures.hpp"

#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bench/figures/engine_figures.hpp"
#include "bench/figures/figure_takers.hpp"
#include "bench/figures/rounds.hpp"
#include "bench/figures/store_setup.hpp"
#include "bench/load/http_client.hpp"

namespace callboard::bench {

namespace {

/// So many clients keep commits full; the target is about them.
constexpr std::size_t clients = 64;
/// For a slow disk: this many more jobs per commit.
constexpr std::size_t many_clients = 512;
/// A disk in memory, where a flush costs next to nothing: shows what the disk's part is.
constexpr const char* memory_disk = "/dev/shm";

constexpr std::size_t committed_jobs = 50'000;
constexpr std::size_t finished_jobs = 1'000'000;
constexpr std::size_t live_jobs = 10'000;
constexpr std::size_t quick_divisor = 10;
/// How often a server that starts is asked, and for how long.
constexpr std::chrono::milliseconds ask_interval{5};
constexpr std::chrono::seconds start_limit{60};

/// A directory on a disk in memory, gone with its owner.
class memory_directory {
public:
  memory_directory() {
    std::error_code code;
    auto name = fmt::format("{}/callboard-bench-{}", memory_disk, ::getpid());
    if (std::filesystem::create_directory(name, code))
      path_ = std::move(name);
  }
  memory_directory(const memory_directory&) = delete;
  memory_directory& operator=(const memory_directory&) = delete;
  ~memory_directory() {
    std::error_code code;
    if (!path_.empty())
      std::filesystem::remove_all(path_, code);
  }

  /// Empty: there is no such disk.
  const std::string& path() const noexcept {
    return path_;
  }

private:
  std::string path_;
};

/// A server to start for a comparison.
struct server_plan {
  std::string name;
  std::string store;
  std::string sync;
};

std::vector<server_plan> plans_for(const std::string& in_memory) {
  std::vector<server_plan> plans{{"memory", "memory:", "full"},
                                 {"full", "sqlite:full.db", "full"},
                                 {"normal", "sqlite:normal.db", "normal"}};
  if (!in_memory.empty())
    plans.push_back({"full-on-a-memory-disk", "sqlite:" + in_memory + "/jobs.db", "full"});
  return plans;
}

void describe(figure& made, const std::vector<series>& taken, std::size_t connections) {
  for (const auto& each : taken) {
    const auto ratio = spread_of(ratios(each.values, taken.front().values));
    const auto rate = spread_of(each.values);
    made.details.push_back(
      fmt::format("{} connections, {}: {}/s ({}–{}), {} ({}–{}) of memory, {} µs of processor time "
                  "each",
                  connections, each.name, to_text(rate.median), to_text(rate.low),
                  to_text(rate.high), to_text(ratio.median), to_text(ratio.low),
                  to_text(ratio.high), to_text(spread_of(each.cpu_us).median)));
  }
}

result<figure> take_sqlite(const figures_options& options, const progress_sink& say) {
  figure made{.key = "sqlite",
              .name = "POST with the job run to its end, SQLite store with storeSync full ÷ memory "
                      "store",
              .limit = 0.7};
  made.method = fmt::format(
    "Jobs created by POST per second, {} connections, closed loop, the time until the last of them "
    "has completed included; one server for each store, loaded in turns. A client waits for the "
    "disk's flush at least once a job, so the disk bounds what {} of them can do: the same server "
    "over a store that flushes the jobs' texts to a file and does nothing else (flush-only) shows "
    "by "
    "how much.",
    clients, clients);
  temp_directory directory;
  const memory_directory in_memory;
  const auto flush = flush_time(directory.path());
  if (!flush)
    return tl::unexpected(flush.error());
  std::vector<contender> servers;
  for (const auto& plan : plans_for(in_memory.path())) {
    auto started = start_server(options, plan.name, plan.store, plan.sync, directory.path());
    if (!started)
      return tl::unexpected(started.error());
    servers.push_back(std::move(*started));
  }
  auto baseline = start_store_baseline("flush-only", directory.path());
  if (!baseline)
    return tl::unexpected(baseline.error());
  servers.push_back(std::move(*baseline));
  std::vector<contender*> all;
  for (auto& each : servers)
    all.push_back(&each);
  const auto rounds = options.is_quick ? quick_rounds : options.rounds;
  for (const auto connections : {clients, many_clients}) {
    auto plan = plan_for(options, scenario::create, connections);
    plan.waits_for_jobs = true;
    const auto taken = take_rounds(all, plan, rounds, made.name, say);
    if (!taken)
      return tl::unexpected(taken.error());
    if (connections == clients)
      made.reached = spread_of(ratios((*taken)[1].values, taken->front().values));
    describe(made, *taken, connections);
  }
  const auto commits = run_apart(options, "commits", committed_jobs, 0, say);
  if (!commits)
    return tl::unexpected(commits.error());
  const auto count = commits->at("commits").get<double>();
  made.details.push_back(
    fmt::format("engine alone, {} callers, full: {} commits/s of {} jobs created and {} snapshots "
                "written each",
                clients, to_text(count / commits->at("seconds").get<double>()),
                to_text(commits->at("jobs").get<double>() / count),
                to_text(commits->at("snapshots").get<double>() / count)));
  const auto flush_ms = std::chrono::duration<double, std::milli>(*flush).count();
  made.details.push_back(
    fmt::format("the disk's flush (4 KiB, fdatasync) took {} ms before the run: {} clients that "
                "wait for one each can create {} jobs/s at most",
                to_text(flush_ms), clients, to_text(clients * 1000 / flush_ms)));
  return made;
}

/// From the start of the server to the first 200 of /readyz.
result<std::chrono::nanoseconds> time_to_ready(const figures_options& options,
                                               const std::filesystem::path& directory) {
  const auto begin = std::chrono::steady_clock::now();
  auto server = start_server(options, "recovery", "sqlite:jobs.db", "full", directory);
  if (!server)
    return tl::unexpected(server.error());
  const std::string request = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  http_client client{server->where};
  for (;;) {
    const auto answer = client.call(request);
    const auto took = std::chrono::steady_clock::now() - begin;
    if (answer && answer->status == 200)
      return took;
    if (took > start_limit)
      return fail(errc::unavailable, "the server does not become ready");
    std::this_thread::sleep_for(ask_interval);
  }
}

result<figure> take_recovery(const figures_options& options, const progress_sink& say) {
  const auto divisor = options.is_quick ? quick_divisor : 1;
  const auto finished = finished_jobs / divisor;
  const auto live = live_jobs / divisor;
  figure made{.key = "recovery",
              .name = "Start with 1,000,000 finished and 10,000 live jobs in the database",
              .side = wanted::at_most,
              .limit = 2,
              .unit = "s"};
  made.method
    = "From the start of the process to the first 200 of /readyz. 10,000 of the finished jobs are "
      "messages, as many as are held by default, the others agent jobs; the live ones are messages "
      "with an hour left.";
  temp_directory directory;
  const auto file = directory.path() / "jobs.db";
  say(fmt::format("making a database of {} jobs", finished + live));
  if (auto built = make_database(file, finished, live); !built)
    return tl::unexpected(built.error());
  const auto took = time_to_ready(options, directory.path());
  if (!took)
    return tl::unexpected(took.error());
  const auto seconds = std::chrono::duration<double>(*took).count();
  made.reached = {seconds, seconds, seconds};
  made.details.push_back(
    fmt::format("{} finished, {} live, {} MB in the file, which was written just before", finished,
                live, to_text(static_cast<double>(std::filesystem::file_size(file)) / 1e6)));
  return made;
}

} // namespace

result<std::vector<figure>> take_store_figures(const figures_options& options,
                                               const progress_sink& say) {
  static const figure_taker takers[]{{"sqlite", take_sqlite}, {"recovery", take_recovery}};
  return take_wanted(takers, options, say);
}

} // namespace callboard::bench
