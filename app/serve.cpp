#include "app/serve.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "app/agent_secrets.hpp"
#include "app/development_key.hpp"
#include "app/event_log.hpp"
#include "app/exit_code.hpp"
#include "app/failure_log.hpp"
#include "app/make_agents.hpp"
#include "app/open_store.hpp"
#include "app/orphan_reaper.hpp"
#include "app/port_file.hpp"
#include "app/stop_signals.hpp"

namespace callboard::app {

namespace {

/// When draining has used up the grace time, the answers that it gave are still to be written.
constexpr std::chrono::milliseconds write_grace{1000};

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

std::function<void(const http_log_entry&)> request_log(const event_log& log) {
  if (!log.is_on(log_level::debug))
    return {};
  return [&log](const http_log_entry& entry) {
    log.write(log_level::debug, "request",
              {{"method", entry.method},
               {"path", entry.path},
               {"status", std::int64_t{entry.status}},
               {"took_us", std::int64_t{entry.took.count()}},
               {"request_id", entry.request_id},
               {"key", entry.key_name}});
  };
}

void announce(const event_log& log, const server_config& config) {
  for (const auto& warning : config.warnings)
    log.write(log_level::warning, "odd configuration", {{"reason", warning}});
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
  // Not into the log, which others may read.
  if (key->is_new)
    std::fprintf(stderr,
                 "callboard: no key is configured; /services/* opens with %s (kept in %s)\n",
                 key->key.c_str(), development_key_file);
  options.development_key = key->entry();
  return options;
}

/// The file of failed attempts; none if the log has no directory, or it cannot be used.
std::optional<failure_log> open_failures(const event_log& log, const server_config& config) {
  if (config.log.directory.empty())
    return std::nullopt;
  auto opened = failure_log::open(config.log.directory, secrets_of(config.agents));
  if (opened)
    return std::move(*opened);
  log.write(log_level::warning, "no file of failed attempts", {{"reason", opened.error().message}});
  return std::nullopt;
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

/// Ends everything in order: no new work, tasks finish, answers are written.
void stop(const event_log& log, engine& jobs, http_server& http, std::chrono::seconds grace) {
  const auto end = std::chrono::steady_clock::now() + grace;
  http.stop_accepting();
  jobs.drain(grace);
  const auto left
    = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  http.stop(std::max(left, write_grace));
  log.write(log_level::info, "stopped");
}

} // namespace

int serve(const server_config& config, const std::optional<std::filesystem::path>& port_file) {
  stop_signals signals;
  const orphan_reaper reaper;
  const auto log = event_log::open(config.log);
  if (!log) {
    std::fprintf(stderr, "callboard: %s\n", log.error().message.c_str());
    return exit_unavailable;
  }
  announce(*log, config);
  const auto failures = open_failures(*log, config);

  auto store = open_store(config.store, config.store_durability);
  if (!store)
    return cannot_start(*log, store.error());
  const auto callbacks = make_task_callbacks();
  auto agents = make_agents(config.agents, config.outbound, callbacks,
                            log_of_programs(*log, secrets_of(config.agents)));
  if (!agents)
    return cannot_start(*log, agents.error());
  auto jobs = engine::start(config.engine, std::move(*store), std::move(*agents));
  if (!jobs)
    return cannot_start(*log, jobs.error());
  if (failures)
    jobs->on_failed_attempt(
      [&](const scheduled_job& of, const job& run) { failures->write(of, run); });
  jobs->on_fatal([&](std::string_view reason) {
    log->write(log_level::error, "the engine has stopped", {{"reason", reason}});
    signals.fail();
  });
  auto http
    = http_server::start(completed(config.http, *log), jobs->jobs(), callbacks, request_log(*log));
  if (!http)
    return cannot_start(*log, http.error());
  http->on_fatal([&](std::string_view reason) {
    log->write(log_level::error, "the server has stopped", {{"reason", reason}});
    signals.fail();
    // The main thread may wait for whatever made the server deaf.
    std::thread{[] {
      std::this_thread::sleep_for(2 * write_grace);
      std::_Exit(exit_fault);
    }}.detach();
  });
  if (port_file)
    if (const auto written = write_port_file(*port_file, http->port()); !written)
      return cannot_start(*log, written.error());
  log->write(log_level::info, "listening",
             {{"address", config.http.address}, {"port", std::int64_t{http->port()}}});

  const auto signal = signals.wait();
  if (!signal) {
    http->stop(write_grace);
    // Nobody knows what state the engine is in: nothing that waits for it may keep the process alive.
    std::_Exit(exit_fault);
  }
  log->write(log_level::info, "stopping", {{"signal", std::int64_t{*signal}}});
  stop(*log, *jobs, *http, config.shutdown_grace);
  return exit_ok;
}

} // namespace callboard::app
