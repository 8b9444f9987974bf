#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <callboard/error.hpp>

#include "app/config/config.hpp"

namespace callboard::app {

/// One named value of a log line. Names are lower-case words; `time`, `level` and `message` are taken.
struct log_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

/// The program's log: standard error, and a file that is rotated. One line for each event; what a value
/// holds can neither break a line nor forge one. Any thread may write.
///
/// With the format `json`, nothing but JSON goes to standard error. A file that cannot be written, on a
/// full disk, say, is complained about there once, and again when it can.
class event_log {
public:
  /// Opens the log. A directory that was not asked for and cannot be used is given up with a warning, and
  /// so is a file that another process writes: a second server, which will be refused, must not write
  /// into the log of the first. Errors: `io` (the directory or the file).
  static result<event_log> open(const log_config& config);

  event_log(event_log&&) noexcept;
  event_log& operator=(event_log&&) noexcept;
  ~event_log();

  /// Whether lines of that level are logged.
  bool is_on(log_level level) const;

  /// Writes a line. `message` says what happened in a few words and is the same each time; what
  /// differs stands in the fields. Secrets and payloads belong in neither.
  void write(log_level level, std::string_view message, std::span<const log_field> fields) const;
  void write(log_level level, std::string_view message,
             std::initializer_list<log_field> fields = {}) const {
    write(level, message, std::span{fields.begin(), fields.size()});
  }

  /// Writes a line to standard error only: for what must be seen once and not be kept.
  void tell(log_level level, std::string_view message,
            std::initializer_list<log_field> fields = {}) const;

  /// Reopens the file if it was moved away. A failure is logged, and the file that was
  /// open is written on.
  void reopen() const;

  /// The format of the lines.
  log_format format() const;

private:
  struct implementation;
  explicit event_log(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

/// A log that writes to standard error only, before the configuration is known.
event_log terminal_log(log_format format);

/// What follows the time and level of a line: `listening address=127.0.0.1 port=3000`, or for JSON
/// `"message":"listening","address":"127.0.0.1","port":3000`.
std::string log_text(log_format format, std::string_view message,
                     std::span<const log_field> fields);
inline std::string log_text(log_format format, std::string_view message,
                            std::initializer_list<log_field> fields) {
  return log_text(format, message, std::span{fields.begin(), fields.size()});
}

} // namespace callboard::app
