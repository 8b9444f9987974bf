#include "app/event_log.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <callboard/json_text.hpp>

namespace callboard::app {

namespace {

/// Large enough for a day of a quiet server, small enough to open in an editor.
constexpr std::size_t file_bytes_max = 10 * 1024 * 1024;
/// Older files that are kept beside the current one.
constexpr std::size_t old_files_max = 5;

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warning:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string quoted(std::string_view text) {
  return dump_json(nlohmann::json(text));
}

/// The text as it is if nobody can misread it, else in quotes with escapes.
std::string plain_or_quoted(std::string_view text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\x7f';
  });
  return is_plain ? std::string{text} : quoted(text);
}

/// The message as it is, unless it would break the line.
std::string one_line(std::string_view text) {
  const bool is_plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  return is_plain ? std::string{text} : quoted(text);
}

result<spdlog::sink_ptr> open_file(const std::string& directory) {
  std::error_code fault;
  std::filesystem::create_directories(directory, fault);
  if (fault)
    return fail(errc::io, "cannot make the log directory " + directory + ": " + fault.message());
  const auto file = (std::filesystem::path{directory} / "callboard.log").string();
  try {
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, file_bytes_max,
                                                                  old_files_max);
  } catch (const spdlog::spdlog_ex& thrown) {
    return fail(errc::io, thrown.what());
  }
}

} // namespace

struct event_log::implementation {
  implementation(log_format f, std::vector<spdlog::sink_ptr> sinks)
    : format(f), logger("callboard", sinks.begin(), sinks.end()) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == log_format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
    logger.flush_on(spdlog::level::trace);
  }

  log_format format;
  spdlog::logger logger;
};

event_log::event_log(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

event_log::event_log(event_log&&) noexcept = default;
event_log& event_log::operator=(event_log&&) noexcept = default;
event_log::~event_log() = default;

result<event_log> event_log::open(const log_config& config) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::string given_up;
  if (!config.directory.empty()) {
    auto file = open_file(config.directory);
    if (file)
      sinks.push_back(std::move(*file));
    else if (config.directory_is_explicit)
      return tl::unexpected{file.error()};
    else
      given_up = file.error().message;
  }
  event_log made{std::make_unique<implementation>(config.format, std::move(sinks))};
  made.impl_->logger.set_level(to_spdlog(config.level));
  if (!given_up.empty())
    made.write(log_level::warning, "no log file", {{"reason", given_up}});
  return made;
}

bool event_log::is_on(log_level level) const {
  return impl_->logger.should_log(to_spdlog(level));
}

void event_log::write(log_level level, std::string_view message,
                      std::initializer_list<log_field> fields) const {
  if (is_on(level))
    impl_->logger.log(to_spdlog(level), "{}", log_text(impl_->format, message, fields));
}

std::string log_text(log_format format, std::string_view message,
                     std::initializer_list<log_field> fields) {
  const bool is_json = format == log_format::json;
  auto made = is_json ? "\"message\":" + quoted(message) : one_line(message);
  for (const auto& field : fields) {
    const auto* text = std::get_if<std::string_view>(&field.value);
    made += is_json ? ",\"" : " ";
    made += field.name;
    made += is_json ? "\":" : "=";
    if (text == nullptr)
      made += std::to_string(std::get<std::int64_t>(field.value));
    else
      made += is_json ? quoted(*text) : plain_or_quoted(*text);
  }
  return made;
}

} // namespace callboard::app
