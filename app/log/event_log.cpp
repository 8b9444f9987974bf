#include "app/log/event_log.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <callboard/json_text.hpp>

#include "app/log/log_file.hpp"
#include "stores/private_file.hpp"

namespace callboard::app {

namespace {

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

/// The text unchanged if it is unambiguous, otherwise in quotes with escapes.
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

result<std::unique_ptr<log_file>> open_file(const std::filesystem::path& directory) {
  if (auto ok = stores::make_private_directories(directory); !ok)
    return tl::unexpected(std::move(ok.error()));
  return log_file::open(directory / "callboard.log");
}

/// Hands lines to a file, and notes when it takes none.
class file_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  /// @param told of a line that could not be written after one that could (the reason), and the other way
  /// round (empty, and how many were lost).
  using fault_sink = std::function<void(std::string_view reason, std::int64_t lost)>;

  file_sink(std::unique_ptr<log_file> file, fault_sink told)
    : file_(std::move(file)), told_(std::move(told)) {
    // nop
  }

  result<void> reopen() {
    return file_->reopen();
  }

private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    spdlog::memory_buf_t line;
    formatter_->format(msg, line);
    const auto written = file_->write({line.data(), line.size()});
    if (!written && lost_++ == 0)
      told_(written.error().message, 0);
    else if (written && lost_ > 0)
      told_({}, std::exchange(lost_, 0));
  }

  void flush_() override {
    // Nothing is held back.
  }

  const std::unique_ptr<log_file> file_;
  const fault_sink told_;
  std::int64_t lost_ = 0;
};

std::unique_ptr<spdlog::formatter> formatter_for(log_format format) {
  return std::make_unique<spdlog::pattern_formatter>(
    format == log_format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
}

} // namespace

struct event_log::implementation {
  explicit implementation(const log_config& config)
    : format(config.format),
      terminal("callboard", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
      logger("callboard", terminal.sinks().begin(), terminal.sinks().end()) {
    set_up(terminal, config);
    set_up(logger, config);
  }

  void add_file(std::unique_ptr<log_file> opened) {
    file = std::make_shared<file_sink>(
      std::move(opened), [this](std::string_view reason, std::int64_t lost) {
        if (reason.empty())
          tell(log_level::warning, "the log file can be written again", {{"lines_lost", lost}});
        else
          tell(log_level::error, "the log file cannot be written", {{"reason", reason}});
      });
    file->set_formatter(formatter_for(format));
    logger.sinks().push_back(file);
  }

  void tell(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
    if (terminal.should_log(to_spdlog(level)))
      terminal.log(to_spdlog(level), "{}", log_text(format, message, fields));
  }

  static void set_up(spdlog::logger& one, const log_config& config) {
    one.set_formatter(formatter_for(config.format));
    one.set_level(to_spdlog(config.level));
    one.flush_on(spdlog::level::trace);
    // It would print something that is no line of the log. It cannot be reported anywhere.
    one.set_error_handler([](const std::string&) {});
  }

  const log_format format;
  /// Standard error alone.
  spdlog::logger terminal;
  /// Standard error and the file.
  spdlog::logger logger;
  /// Null without a file.
  std::shared_ptr<file_sink> file;
};

event_log::event_log(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

event_log::event_log(event_log&&) noexcept = default;
event_log& event_log::operator=(event_log&&) noexcept = default;
event_log::~event_log() = default;

result<event_log> event_log::open(const log_config& config) {
  event_log made{std::make_unique<implementation>(config)};
  if (config.directory.empty())
    return made;
  auto file = open_file(config.directory);
  if (file)
    made.impl_->add_file(std::move(*file));
  else if (config.directory_is_explicit && file.error().code != errc::conflict)
    return tl::unexpected(std::move(file.error()));
  else
    made.write(log_level::warning, "no log file", {{"reason", file.error().message}});
  return made;
}

bool event_log::is_on(log_level level) const {
  return impl_->logger.should_log(to_spdlog(level));
}

void event_log::write(log_level level, std::string_view message,
                      std::span<const log_field> fields) const {
  if (is_on(level))
    impl_->logger.log(to_spdlog(level), "{}", log_text(impl_->format, message, fields));
}

void event_log::tell(log_level level, std::string_view message,
                     std::initializer_list<log_field> fields) const {
  impl_->tell(level, message, fields);
}

void event_log::reopen() const {
  if (!impl_->file)
    return;
  if (const auto done = impl_->file->reopen(); !done)
    write(log_level::error, "the log file cannot be reopened", {{"reason", done.error().message}});
}

log_format event_log::format() const {
  return impl_->format;
}

event_log terminal_log(log_format format) {
  log_config config;
  config.format = format;
  return event_log::open(config).value();
}

std::string log_text(log_format format, std::string_view message,
                     std::span<const log_field> fields) {
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
