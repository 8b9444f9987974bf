#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <callboard/error.hpp>

#include "app/config.hpp"

namespace callboard::app {

/// One named value of a log line. Names are lower-case words; `time`, `level` and `message` are taken.
struct log_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

/// The program's log: standard error, and a file that is rotated. One line for each event; what a value
/// holds can neither break a line nor forge one. Any thread may write.
class event_log {
public:
  /// Opens the log. A directory that was not asked for and cannot be used is given up with a warning.
  /// Errors: `io` (the directory or the file).
  static result<event_log> open(const log_config& config);

  event_log(event_log&&) noexcept;
  event_log& operator=(event_log&&) noexcept;
  ~event_log();

  /// Whether lines of that level are written.
  bool is_on(log_level level) const;

  /// Writes a line. `message` says what happened in a few words and is the same each time; what
  /// differs stands in the fields. Secrets and payloads belong in neither.
  void write(log_level level, std::string_view message,
             std::initializer_list<log_field> fields = {}) const;

private:
  struct implementation;
  explicit event_log(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

/// What follows the time and level of a line: `listening address=127.0.0.1 port=3000`, or for JSON
/// `"message":"listening","address":"127.0.0.1","port":3000`.
std::string log_text(log_format format, std::string_view message,
                     std::initializer_list<log_field> fields);

} // namespace callboard::app
