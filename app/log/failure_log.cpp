#include "app/log/failure_log.hpp"

#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include <callboard/date_time.hpp>
#include <callboard/json_text.hpp>

#include "app/log/agent_secrets.hpp"
#include "app/log/log_file.hpp"

namespace callboard::app {

namespace {

/// What is told of an attempt, whichever way.
struct told {
  std::string time;
  std::string job_id;
  std::string name;
  std::string run_id;
  std::int64_t attempt = 0;
  std::string error;
};

/// Why the attempt failed, or why there is none after it.
std::string reason_of(const job& run, const task_record& attempt) {
  if (run.outcome && !run.outcome->error_text.empty())
    return run.outcome->error_text;
  return attempt.error ? *attempt.error : std::string{};
}

told tell_of(const scheduled_job& of, const job& run, const task_record& attempt,
             const std::vector<std::string>& secrets) {
  return {to_rfc3339(attempt.finished_at.value_or(run.updated_at)),
          of.id.to_string(),
          of.definition->name,
          run.spec->id.to_string(),
          attempt.attempt,
          loggable(reason_of(run, attempt), secrets)};
}

std::string line_for(const told& what) {
  nlohmann::ordered_json line;
  line["time"] = what.time;
  line["level"] = "error";
  line["jobId"] = what.job_id;
  line["name"] = what.name;
  line["runId"] = what.run_id;
  line["attempt"] = what.attempt;
  line["error"] = what.error;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

void write_into(const event_log& log, const told& what) {
  log.write(log_level::error, "attempt failed",
            {{"jobId", what.job_id},
             {"name", what.name},
             {"runId", what.run_id},
             {"attempt", what.attempt},
             {"error", what.error}});
}

} // namespace

struct failure_log::implementation {
  /// Null: there is none.
  std::unique_ptr<log_file> file;
  const std::vector<std::string> secrets;
  /// May be null.
  const event_log* instead = nullptr;
};

failure_log::failure_log(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

failure_log::failure_log(failure_log&&) noexcept = default;
failure_log& failure_log::operator=(failure_log&&) noexcept = default;
failure_log::~failure_log() = default;

result<failure_log> failure_log::open(const std::string& directory,
                                      std::vector<std::string> secrets, const event_log* instead) {
  auto file = log_file::open(std::filesystem::path{directory} / "failures.jsonl");
  if (!file)
    return tl::unexpected(std::move(file.error()));
  return failure_log{std::unique_ptr<implementation>{
    new implementation{*std::move(file), std::move(secrets), instead}}};
}

failure_log failure_log::within(const event_log& log, std::vector<std::string> secrets) {
  return failure_log{
    std::unique_ptr<implementation>{new implementation{nullptr, std::move(secrets), &log}}};
}

void failure_log::write(const scheduled_job& of, const job& run) const {
  if (run.tasks.empty())
    return;
  const auto what = tell_of(of, run, run.tasks.back(), impl_->secrets);
  const auto is_written = impl_->file && impl_->file->write(line_for(what));
  if (!is_written && impl_->instead)
    write_into(*impl_->instead, what);
}

result<void> failure_log::reopen() const {
  return impl_->file ? impl_->file->reopen() : result<void>{};
}

} // namespace callboard::app
