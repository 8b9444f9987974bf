#include "app/failure_log.hpp"

#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <callboard/date_time.hpp>
#include <callboard/json_text.hpp>

#include "app/agent_secrets.hpp"

namespace callboard::app {

namespace {

/// As for the other log: small enough to open in an editor.
constexpr std::size_t file_bytes_max = 10 * 1024 * 1024;
/// Older files that are kept beside the current one.
constexpr std::size_t old_files_max = 5;
/// What an agent says when it fails may hold half of what it was given; the beginning tells enough.
constexpr std::size_t text_bytes_max = 1024;

std::string shortened(std::string text) {
  if (text.size() <= text_bytes_max)
    return text;
  auto end = text_bytes_max;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text += "…";
}

std::string line_for(const scheduled_job& of, const job& run, const task_record& attempt,
                     const std::vector<std::string>& secrets) {
  nlohmann::ordered_json line;
  line["time"] = to_rfc3339(attempt.finished_at.value_or(run.updated_at));
  line["level"] = "error";
  line["jobId"] = of.id.to_string();
  line["name"] = of.definition->name;
  line["runId"] = run.spec->id.to_string();
  line["attempt"] = attempt.attempt;
  line["error"]
    = shortened(without_secrets(attempt.error ? *attempt.error : std::string{}, secrets));
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

struct failure_log::implementation {
  implementation(spdlog::sink_ptr sink, std::vector<std::string> to_hide)
    : logger("failures", std::move(sink)), secrets(std::move(to_hide)) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    logger.flush_on(spdlog::level::trace);
  }

  spdlog::logger logger;
  const std::vector<std::string> secrets;
};

failure_log::failure_log(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

failure_log::failure_log(failure_log&&) noexcept = default;
failure_log& failure_log::operator=(failure_log&&) noexcept = default;
failure_log::~failure_log() = default;

result<failure_log> failure_log::open(const std::string& directory,
                                      std::vector<std::string> secrets) {
  const auto file = (std::filesystem::path{directory} / "failures.jsonl").string();
  try {
    return failure_log{std::make_unique<implementation>(
      std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, file_bytes_max, old_files_max),
      std::move(secrets))};
  } catch (const spdlog::spdlog_ex& thrown) {
    return fail(errc::io, thrown.what());
  }
}

void failure_log::write(const scheduled_job& of, const job& run) const {
  if (!run.tasks.empty())
    impl_->logger.log(spdlog::level::err, "{}",
                      line_for(of, run, run.tasks.back(), impl_->secrets));
}

} // namespace callboard::app
