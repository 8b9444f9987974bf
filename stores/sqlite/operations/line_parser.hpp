#pragma once

#include <callboard/job.hpp>
#include <callboard/schedule.hpp>
#include <callboard/session.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace callboard::sqlite {

/// What a line of an export is.
using export_line = std::variant<job_ptr, scheduled_job_ptr, session_ptr, session_message>;

/// Reads the lines that `to_line` writes.
class line_parser : private job_parts {
public:
  /// Errors: `io`, for want of memory.
  static result<std::unique_ptr<line_parser>> make();

  /// Whether the line is an export's first one. (Joined exports have several.)
  bool is_header(std::string_view line) const noexcept;

  /// What a line says. Of a scheduled job's last run only the id is set. Errors: `invalid_argument`.
  result<export_line> parse(std::string_view line);

private:
  result<export_line> parse_job(std::string_view line);
  result<export_line> parse_schedule(std::string_view line);
  result<export_line> parse_session(std::string_view line);
  result<export_line> parse_message(std::string_view line);

  explicit line_parser(std::unique_ptr<connection> db);

  result<std::vector<std::string>> tags(std::int64_t row) override;
  result<std::vector<task_record>> earlier_tasks(std::int64_t row, std::uint32_t count) override;

  // An empty database in memory, for SQLite's JSON functions.
  std::unique_ptr<connection> db_;
  statement kind_;
  statement job_;
  statement schedule_;
  statement session_;
  statement message_;
  statement earlier_tasks_;
  statement tags_;
  std::string_view line_;
};

} // namespace callboard::sqlite
