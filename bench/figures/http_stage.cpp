#include "bench/figures/http_stage.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "bench/load/http_client.hpp"
#include "bench/load/job_setup.hpp"

namespace callboard::bench {

namespace {

/// A server on a busy machine may take a while.
constexpr std::chrono::seconds start_limit{20};
/// The organisation of whoever has no configured key.
constexpr auto bench_organisation = "default";

/// Threads that serve connections, on both sides: half the cores, as the server chooses by itself.
std::size_t http_threads() {
  return std::max(1u, std::thread::hardware_concurrency() / 2);
}

result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  file.close();
  return file ? result<void>{} : fail(errc::io, "cannot write " + path.string());
}

std::string server_configuration(const std::string& store, const std::string& sync) {
  nlohmann::json made{
    {"listen", "127.0.0.1:0"},
    {"store", store},
    {"storeSync", sync},
    {"agents", {{{"id", echo_agent_id}, {"name", "echo"}, {"type", "echo"}}}},
    {"organizations", {{{"id", bench_organisation}}}},
    {"jobTypes", {{{"id", bench_job_type}, {"org_id", bench_organisation}, {"agent", "echo"}}}},
    {"threads", {{"http", http_threads()}}},
    {"log", {{"level", "warning"}, {"directory", ""}}}};
  return made.dump(2) + "\n";
}

result<contender> start_contender(std::string name, std::vector<std::string> command,
                                  const std::filesystem::path& directory) {
  auto port_file = directory / (name + ".port");
  command.push_back("--port-file");
  command.push_back(port_file);
  auto process = child_process::start(command, directory, name + ".log");
  if (!process)
    return tl::unexpected(process.error());
  auto where = process->wait_for_port(port_file, start_limit);
  if (!where)
    return tl::unexpected(where.error());
  return contender{std::move(name), std::move(*process), *where};
}

} // namespace

result<contender> start_server(const figures_options& options, std::string name,
                               const std::string& store, const std::string& sync,
                               const std::filesystem::path& directory) {
  auto configuration = directory / (name + ".json");
  if (auto written = write_file(configuration, server_configuration(store, sync)); !written)
    return tl::unexpected(written.error());
  auto started = start_contender(
    std::move(name),
    {program_path(options.server, "callboard"), "serve", "--config", configuration.string()},
    directory);
  if (started)
    started->runs_jobs = true;
  return started;
}

result<contender> start_store_baseline(std::string name, const std::filesystem::path& directory) {
  auto started = start_contender(
    std::move(name), {program_path({}, "callboard-store-baseline"), "--file", "flushed"},
    directory);
  if (started)
    started->runs_jobs = true;
  return started;
}

std::string program_path(const std::string& given, const std::string& name) {
  if (!given.empty())
    return std::filesystem::absolute(given);
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

http_stage::http_stage(std::unique_ptr<temp_directory> directory, contender server)
  : directory_(std::move(directory)), server_(std::move(server)) {
}

result<http_stage> http_stage::start(const figures_options& options) {
  auto directory = std::make_unique<temp_directory>();
  auto server = start_server(options, "callboard", "memory:", "full", directory->path());
  if (!server)
    return tl::unexpected(server.error());
  http_stage stage{std::move(directory), std::move(*server)};
  if (auto started = stage.start_baselines(options); !started)
    return tl::unexpected(started.error());
  return stage;
}

result<std::size_t> http_stage::record(std::string_view request, const std::string& file) {
  http_client client{server_.where};
  auto answer = client.call(request);
  if (!answer)
    return tl::unexpected(answer.error());
  if (!is_success(answer->status))
    return fail(errc::unavailable, "the server answered " + std::to_string(answer->status)
                                     + " where its answer was to be recorded: " + answer->body);
  auto bytes = answer->head + answer->body;
  if (auto written = write_file(directory_->path() / file, bytes); !written)
    return tl::unexpected(written.error());
  return bytes.size();
}

result<void> http_stage::start_baselines(const figures_options& options) {
  request_set requests{server_.where, {}};
  http_client client{server_.where};
  auto ids = make_finished_jobs(client, requests, 1);
  if (!ids)
    return tl::unexpected(ids.error());
  auto get = record(requests.get_job(ids->front()), "get");
  auto create = get ? record(requests.create, "create") : get;
  auto wait = create ? record(requests.create_wait, "wait") : create;
  if (!wait)
    return tl::unexpected(wait.error());
  get_bytes_ = *get;
  create_bytes_ = *create;
  wait_bytes_ = *wait;
  auto program = program_path(options.baseline, "callboard-baseline");
  auto plain = start_pair(program, "get", "create", "plain");
  if (!plain)
    return tl::unexpected(plain.error());
  auto waiting = start_pair(program, "get", "wait", "waiting");
  if (!waiting)
    return tl::unexpected(waiting.error());
  baselines_ = std::move(*plain);
  waiting_baselines_ = std::move(*waiting);
  return {};
}

result<std::vector<contender>> http_stage::start_pair(const std::string& program,
                                                      const std::string& get_file,
                                                      const std::string& post_file,
                                                      std::string_view purpose) {
  std::vector<std::string> command{
    program, "--get", get_file, "--post", post_file, "--threads", std::to_string(http_threads())};
  std::vector<contender> pair;
  for (const auto* way : {"inline", "posted"}) {
    auto arguments = command;
    if (std::string_view{way} == "posted")
      arguments.emplace_back("--posted");
    auto name = "baseline-" + std::string{purpose} + "-" + way;
    auto started = start_contender(name, std::move(arguments), directory_->path());
    if (!started)
      return tl::unexpected(started.error());
    started->name = "baseline " + std::string{way};
    pair.push_back(std::move(*started));
  }
  return pair;
}

result<turn> take_turn(const contender& who, load_options options) {
  options.target = who.where;
  auto requests = prepare_requests(options);
  if (!requests)
    return tl::unexpected(requests.error());
  auto before = usage_of(who.process.id());
  auto report = run_load(options, *requests);
  auto after = usage_of(who.process.id());
  if (!report)
    return tl::unexpected(report.error());
  if (!before || !after)
    return fail(errc::io, who.name + " is gone");
  const auto& counts = report->counts;
  if (counts.failed_jobs() > 0)
    return fail(errc::unavailable,
                who.name + " had " + std::to_string(counts.failed_jobs()) + " jobs that failed");
  if (counts.refusals() + counts.lost_requests() > 0 || counts.answers() == 0)
    return fail(errc::unavailable,
                who.name + " gave " + std::to_string(counts.refusals())
                  + " answers other than 2xx, " + std::to_string(counts.lost_requests())
                  + " requests got none, of " + std::to_string(counts.answers()));
  auto answers = static_cast<std::int64_t>(report->all_answers);
  return turn{std::move(*report), (after->cpu - before->cpu) / answers};
}

} // namespace callboard::bench
