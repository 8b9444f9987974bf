#include "app/commands/serve.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "app/commands/descriptor_shares.hpp"
#include "app/commands/development_key.hpp"
#include "app/commands/exit_code.hpp"
#include "app/commands/open_store.hpp"
#include "app/commands/orphan_reaper.hpp"
#include "app/commands/port_file.hpp"
#include "app/commands/stop_signals.hpp"
#include "app/config/make_agents.hpp"
#include "app/log/activity_log.hpp"
#include "app/log/agent_secrets.hpp"
#include "app/log/event_log.hpp"
#include "app/log/failure_log.hpp"
#include "app/log/schedule_warnings.hpp"

namespace callboard::app {

namespace {

/// How long the answers that draining gave may take to be written.
constexpr std::chrono::milliseconds write_grace{1000};
/// The same where programs are to end: two seconds pass before they are killed.
constexpr std::chrono::milliseconds program_grace{2500};
/// Without any grace time a stop may take so long.
constexpr std::chrono::milliseconds stop_min{500};

constexpr std::string_view stopped = "stopped";

/// Notes why the server cannot start; the exit code that fits.
int cannot_start(const event_log& log, const error& why) {
  log.write(log_level::error, "cannot start", {{"reason", why.message}});
  return why.code == errc::invalid_argument ? exit_config : exit_unavailable;
}

int cannot_start(const event_log& log, const config_faults& faults) {
  for (const auto& fault : faults)
    log.write(log_level::error, "cannot start", {{"where", fault.where}, {"reason", fault.what}});
  return exit_config;
}

void announce(const event_log& log, const server_config& config) {
  for (const auto& warning : config.warnings)
    log.write(log_level::warning, "configuration warning", {{"reason", warning}});
  log.write(log_level::info, "starting",
            {{"version", CALLBOARD_VERSION}, {"config", config.file}, {"store", config.store}});
  for (const auto& agent : config.agents)
    log.write(log_level::info, "agent",
              {{"name", agent.info.name},
               {"type", type_of(agent)},
               {"id", agent.info.id.to_string()},
               {"concurrency", std::int64_t{agent.info.concurrency}}});
}

/// Where a server without any configured key keeps the one that it makes: beside its default database.
constexpr auto development_key_file = "var/dev-key";

/// The options to serve with: without a configured key, those routes that always need one are opened
/// by a key of the server's own. Without a place to keep it they stay closed, and all else works.
http_options completed(http_options options, const event_log& log) {
  if (!options.keys.empty())
    return options;
  const auto key = take_development_key(development_key_file);
  if (!key) {
    log.write(log_level::warning, "no key opens /services/*", {{"reason", key.error().message}});
    return options;
  }
  // Not into the file, which is kept.
  if (key->is_new && log.format() == log_format::json)
    log.tell(log_level::error, "no API key is configured; use this one for /services/*",
             {{"key", key->key}, {"kept_in", development_key_file}});
  else if (key->is_new)
    std::fprintf(stderr,
                 "callboard: no API key is configured; use %s for /services/* (saved in %s)\n",
                 key->key.c_str(), development_key_file);
  options.development_key = key->entry();
  return options;
}

/// Where failed attempts go: their file or, without a directory or if it cannot be used, the log.
failure_log open_failures(const event_log& log, const server_config& config) {
  auto secrets = secrets_of(config.agents);
  if (config.log.directory.empty())
    return failure_log::within(log, std::move(secrets));
  auto opened = failure_log::open(config.log.directory, secrets, &log);
  if (opened)
    return std::move(*opened);
  log.write(log_level::warning, "failed attempts are not written to a file",
            {{"reason", opened.error().message}});
  return failure_log::within(log, std::move(secrets));
}

/// What a failed program said is for operators: here, and nowhere else.
program_errors_sink log_of_programs(const event_log& log, std::vector<std::string> secrets) {
  return [&log, secrets = std::move(secrets)](const agent_task& of, std::string_view errors) {
    log.write(log_level::warning, "program failed",
              {{"agent", of.agent_name},
               {"job_id", of.job->spec->id.to_string()},
               {"task_id", of.id.to_string()},
               {"attempt", std::int64_t{of.attempt}},
               {"stderr", without_secrets(std::string{errors}, secrets)}});
  };
}

/// What SIGHUP does: logrotate has moved the files, or a terminal has gone.
void open_anew(const event_log& log, const failure_log& failures) {
  log.reopen();
  if (const auto done = failures.reopen(); !done)
    log.write(log_level::error, "the file of failed attempts cannot be reopened",
              {{"reason", done.error().message}});
  log.write(log_level::info, "log files were reopened, the configuration was not reloaded",
            {{"signal", std::int64_t{SIGHUP}}});
}

/// The server takes no connections any more. The main thread may wait for whatever made it deaf.
void end_deaf_server(const event_log& log, stop_signals& signals, std::string_view reason) {
  log.write(log_level::error, "the server has stopped", {{"reason", reason}});
  signals.fail();
  std::thread{[] {
    std::this_thread::sleep_for(2 * write_grace);
    std::_Exit(exit_fault);
  }}.detach();
}

void announce(const event_log& log, const descriptor_shares& shares) {
  log.write(log_level::info, "descriptors shared out",
            {{"limit", static_cast<std::int64_t>(shares.limit)},
             {"clients", static_cast<std::int64_t>(shares.clients)},
             {"outbound", static_cast<std::int64_t>(shares.outbound)},
             {"programs", static_cast<std::int64_t>(shares.programs)},
             {"own", static_cast<std::int64_t>(shares.own)}});
}

void announce(const event_log& log, const resumed_jobs& found) {
  log.write(log_level::info, "jobs resumed",
            {{"live", static_cast<std::int64_t>(found.live)},
             {"due_later", static_cast<std::int64_t>(found.due_later)},
             {"schedules", static_cast<std::int64_t>(found.schedules)}});
}

/// Calls back when a time has come, unless it is destroyed before.
class time_limit {
public:
  time_limit(std::chrono::steady_clock::time_point end, std::function<void()> is_over)
    : thread_([end, is_over = std::move(is_over)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        {
          std::unique_lock lock{mutex};
          never.wait_until(lock, stop, end, [] { return false; });
        }
        if (!stop.stop_requested())
          is_over();
      }) {
    // nop
  }

private:
  std::jthread thread_;
};

/// How much of the grace time is not for tasks: answers are still to be written, programs that have been
/// told to end may take two seconds until they are killed.
std::chrono::milliseconds reserve_of(const server_config& config) {
  const std::chrono::milliseconds grace = config.shutdown_grace;
  const bool has_programs
    = std::any_of(config.agents.begin(), config.agents.end(), [](const agent_config& each) {
        return std::holds_alternative<exec_options>(each.settings);
      });
  return std::min(has_programs ? program_grace : write_grace, grace / 2);
}

/// What a server consists of, in the order in which it is made.
struct running_server {
  std::optional<engine> jobs;
  std::optional<http_server> http;

  /// Ends everything in order: no new work, tasks finish, answers are written.
  void stop(std::chrono::steady_clock::time_point end, std::chrono::milliseconds reserve) {
    const auto left = [&] {
      const auto now = std::chrono::steady_clock::now();
      return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(end - now), {});
    };
    http->stop_accepting();
    jobs->drain(std::max(left() - reserve, {}));
    http->stop(left());
    http.reset();
    jobs.reset();
  }
};

/// Runs the server until there is a reason to stop, and ends it. Nothing of it is left then.
int run(const event_log& log, const failure_log& failures, stop_signals& signals,
        const server_config& config, const std::optional<std::filesystem::path>& port_file) {
  const activity_log activity{log, config};
  auto store = open_store(config.store, config.store_durability);
  if (!store)
    return cannot_start(log, store.error());
  const auto callbacks = make_task_callbacks();
  const auto shares = share_descriptors(raise_open_files(), config.http.connections_max);
  announce(log, shares);
  auto agents = make_agents(config.agents, config.outbound, callbacks,
                            log_of_programs(log, secrets_of(config.agents)), shares.outbound);
  if (!agents)
    return cannot_start(log, agents.error());
  running_server server;
  auto jobs = engine::start(
    config.engine, std::move(*store), std::move(*agents),
    {.job_ended = [&](const job& ended) { activity.job_ended(ended); },
     .store_changed = [&](std::string_view fault) { activity.store_changed(fault); },
     .times_corrected = [&](const corrected_times& what) { activity.times_corrected(what); }});
  if (!jobs)
    return cannot_start(log, jobs.error());
  server.jobs = std::move(*jobs);
  announce(log, server.jobs->resumed());
  warn_of_schedule_blocks(log, server.jobs->jobs().health().get());
  server.jobs->on_failed_attempt(
    [&](const scheduled_job& of, const job& attempt) { failures.write(of, attempt); });
  server.jobs->on_fatal([&](std::string_view reason) {
    log.write(log_level::error, "the engine has stopped", {{"reason", reason}});
    signals.fail();
  });
  auto options = completed(config.http, log);
  options.logged_requests = activity.requests();
  auto http = http_server::start(std::move(options), server.jobs->jobs(), callbacks,
                                 [&](const http_log_entry& entry) { activity.answered(entry); });
  if (!http)
    return cannot_start(log, http.error());
  server.http = std::move(*http);
  server.http->on_fatal([&](std::string_view reason) { end_deaf_server(log, signals, reason); });
  if (port_file)
    if (const auto written = write_port_file(*port_file, server.http->port()); !written)
      return cannot_start(log, written.error());
  log.write(log_level::info, "listening",
            {{"address", config.http.address}, {"port", std::int64_t{server.http->port()}}});

  const auto signal = signals.wait();
  if (!signal) {
    server.http->stop(write_grace);
    // The state of the engine is unknown: nothing that waits for it may keep the process alive.
    std::_Exit(exit_fault);
  }
  log.write(log_level::info, "stopping", {{"signal", std::int64_t{*signal}}});
  const auto end = std::chrono::steady_clock::now()
                   + std::max<std::chrono::milliseconds>(config.shutdown_grace, stop_min);
  // A store that hangs, or a program that does not end, must not keep the process alive.
  const time_limit limit{end, [&log] {
                           log.write(log_level::info, stopped);
                           std::_Exit(exit_ok);
                         }};
  server.stop(end, reserve_of(config));
  return exit_ok;
}

} // namespace

int serve(const server_config& config, const std::optional<std::filesystem::path>& port_file) {
  stop_signals signals;
  const orphan_reaper reaper;
  const auto log = event_log::open(config.log);
  if (!log) {
    terminal_log(config.log.format)
      .tell(log_level::error, "cannot start", {{"reason", log.error().message}});
    return exit_unavailable;
  }
  announce(*log, config);
  const auto failures = open_failures(*log, config);
  signals.on_hangup([&] { open_anew(*log, failures); });
  const auto code = run(*log, failures, signals, config, port_file);
  signals.on_hangup({});
  // The last line: whoever reads it finds nothing of the server any more.
  if (code == exit_ok)
    log->write(log_level::info, stopped);
  return code;
}

} // namespace callboard::app
