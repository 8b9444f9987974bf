#include "bench/load/load.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include "bench/load/http_client.hpp"
#include "bench/load/job_setup.hpp"
#include "bench/load/load_worker.hpp"

namespace callboard::bench {

namespace {

/// How often `watch` is called: a line that moves, not one that flickers.
constexpr std::chrono::milliseconds watch_interval{200};
/// Descriptors that the process needs beside its connections.
constexpr std::size_t spare_descriptors = 32;

using workers = std::vector<std::unique_ptr<load_worker>>;

result<void> check(const load_options& options) {
  if (options.threads == 0 || options.connections < options.threads)
    return fail(errc::invalid_argument, "connections must be at least one for each thread");
  if (options.pipeline == 0)
    return fail(errc::invalid_argument, "pipeline must be at least 1");
  if (options.requests_max > 0 && options.requests_max < options.threads)
    return fail(errc::invalid_argument, "requests must be at least one for each thread");
  if (options.rate < 0)
    return fail(errc::invalid_argument, "rate must not be negative");
  if (options.rate > 0 && options.pipeline > 1)
    return fail(errc::invalid_argument, "pipeline is for a closed loop, without rate");
  if (options.duration <= options.duration.zero())
    return fail(errc::invalid_argument, "duration must be positive");
  return {};
}

/// Raises the soft limit on descriptors as far as it goes.
result<void> make_room_for(std::size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  auto needed = static_cast<rlim_t>(connections + spare_descriptors);
  if (limit.rlim_cur >= needed)
    return {};
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  if (limit.rlim_cur < needed || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return fail(errc::invalid_argument,
                std::to_string(connections) + " connections are more than this process may open");
  return {};
}

load_phases phases_of(const load_options& options) {
  load_phases phases;
  phases.start = std::chrono::steady_clock::now();
  // A load of a given number of requests measures all of them.
  phases.measure_from = options.requests_max > 0 ? phases.start : phases.start + options.warm_up;
  phases.measure_until = phases.measure_from + options.duration;
  phases.give_up_at = phases.measure_until + options.finish_limit;
  return phases;
}

/// What thread `index` of `threads` gets of `whole`.
template <class Number>
Number share(Number whole, std::size_t index, std::size_t threads) {
  auto parts = static_cast<Number>(threads);
  return whole / parts + (static_cast<Number>(index) < whole % parts ? 1 : 0);
}

workers make_workers(const load_options& options, const socket_address& address,
                     const request_set& requests, const load_phases& phases) {
  workers made;
  for (std::size_t i = 0; i < options.threads; ++i) {
    worker_part part;
    part.connections = share(options.connections, i, options.threads);
    part.rate = options.rate / static_cast<double>(options.threads);
    part.requests_max = share<std::uint64_t>(options.requests_max, i, options.threads);
    part.seed = i;
    made.push_back(std::make_unique<load_worker>(options, address, requests, phases, part));
  }
  return made;
}

load_progress look_at(const workers& all, const load_phases& phases) {
  auto now = std::chrono::steady_clock::now();
  load_progress progress;
  progress.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - phases.start);
  progress.is_warming_up = now < phases.measure_from;
  for (const auto& each : all) {
    progress.answers += each->answers_so_far();
    progress.failures += each->failures_so_far();
  }
  return progress;
}

void run_all(workers& all, const load_phases& phases,
             const std::function<void(const load_progress&)>& watch) {
  std::mutex mutex;
  std::condition_variable ended;
  auto running = all.size();
  std::vector<std::jthread> threads;
  for (auto& each : all)
    threads.emplace_back([&] {
      each->run();
      std::lock_guard guard{mutex};
      --running;
      ended.notify_one();
    });
  std::unique_lock lock{mutex};
  while (!ended.wait_for(lock, watch_interval, [&] { return running == 0; }))
    if (watch)
      watch(look_at(all, phases));
}

load_report report_of(const workers& all, const load_options& options, const load_phases& phases) {
  load_report report;
  auto has_ended_early = options.stop != nullptr && options.stop->load();
  auto has_sent_all = true;
  auto last = phases.measure_from;
  for (const auto& each : all) {
    report.counts.merge(each->counts());
    report.all_answers += each->answers_so_far();
    has_sent_all = has_sent_all && each->has_sent_all();
    last = std::max(last, each->last_outcome());
  }
  auto end = phases.measure_until;
  if (has_ended_early || has_sent_all)
    end = std::min(end, last);
  report.measured = end - phases.measure_from;
  return report;
}

/// Checks some of the jobs that were created, until they have ended or the time has passed.
void look_at_jobs(const workers& all, const load_options& options, const request_set& requests,
                  tally& counts) {
  const auto give_up_at = std::chrono::steady_clock::now() + options.look_limit;
  http_client client{options.target};
  for (const auto& each : all)
    for (const auto& id : each->unfinished_jobs()) {
      const std::chrono::duration<double> left = give_up_at - std::chrono::steady_clock::now();
      const auto wait = std::to_string(std::max(left.count(), 0.0));
      const auto answer = client.call(requests.get_job(id + "?wait=" + wait));
      // The server may hold it no more; what is gone has no outcome.
      if (const auto seen
          = answer && is_success(answer->status) ? outcome_in(answer->body) : std::nullopt)
        counts.saw(*seen);
    }
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

} // namespace

verdict verdict_of(const tally& counts) noexcept {
  const auto completed = counts.jobs[static_cast<std::size_t>(job_outcome_seen::completed)];
  if (counts.answers() == counts.refusals() || (counts.failed_jobs() > 0 && completed == 0))
    return verdict::nothing_worked;
  const bool has_failures
    = counts.refusals() > 0 || counts.lost_requests() > 0 || counts.failed_jobs() > 0;
  return has_failures ? verdict::some_failed : verdict::all_well;
}

double load_report::throughput() const noexcept {
  return measured.count() > 0 ? static_cast<double>(counts.successes_in_time) / seconds(measured)
                              : 0;
}

double load_report::generator_cores() const noexcept {
  return measured.count() > 0 ? seconds(counts.generator_cpu) / seconds(measured) : 0;
}

result<request_set> prepare_requests(const load_options& options) {
  request_set requests{options.target, options.requests};
  http_client client{options.target};
  if (options.kind == scenario::session) {
    // So that a session is free again when its turn comes.
    auto made = make_sessions(client, requests, 4 * std::max<std::size_t>(options.connections, 1));
    if (!made)
      return tl::unexpected(made.error());
    requests.add_sessions(*made);
    return requests;
  }
  auto needs_jobs = options.kind == scenario::get || options.kind == scenario::mixed;
  if (!needs_jobs) {
    if (auto answer = client.call(requests.get("/livez")); !answer)
      return tl::unexpected(answer.error());
    return requests;
  }
  auto ids = make_finished_jobs(client, requests, std::max<std::size_t>(options.jobs_to_get, 1));
  if (!ids)
    return tl::unexpected(ids.error());
  requests.add_gets(*ids);
  return requests;
}

result<load_report> run_load(const load_options& options, const request_set& requests,
                             const std::function<void(const load_progress&)>& watch) {
  if (auto checked = check(options); !checked)
    return tl::unexpected(checked.error());
  if (auto room = make_room_for(options.connections); !room)
    return tl::unexpected(room.error());
  auto address = resolve(options.target);
  if (!address)
    return tl::unexpected(address.error());
  auto phases = phases_of(options);
  auto all = make_workers(options, *address, requests, phases);
  run_all(all, phases, watch);
  auto report = report_of(all, options, phases);
  look_at_jobs(all, options, requests, report.counts);
  return report;
}

} // namespace callboard::bench
