#include "app/commands/store_command.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include <ext/stdio_filebuf.h>
#include <unistd.h>

#include <callboard/error.hpp>

#include "app/commands/exit_code.hpp"
#include "app/config/store_setting.hpp"
#include "stores/private_file.hpp"
#include "stores/sqlite/operations/operations.hpp"

namespace callboard::app {

namespace {

/// How often progress is shown: often enough to see that it goes on.
constexpr std::chrono::milliseconds shown_every{500};

/// One line of progress on standard error: on a terminal it replaces the one before.
class progress_line {
public:
  progress_line() = default;
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  ~progress_line() {
    if (is_open_)
      std::fputs("\r\033[K", stderr);
  }

  void show(std::string_view stage, std::size_t done, std::size_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < shown_every)
      return;
    last_ = now;
    auto text = std::string{stage} + ' ' + std::to_string(done);
    if (total > 0)
      text += " of " + std::to_string(total);
    if (is_terminal_)
      std::fprintf(stderr, "\r\033[K%s", text.c_str());
    else
      std::fprintf(stderr, "%s\n", text.c_str());
    is_open_ = is_terminal_;
  }

private:
  const bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  bool is_open_ = false;
  /// Short work shows nothing.
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

int refuse(const error& why) {
  std::fprintf(stderr, "callboard: %s\n", why.message.c_str());
  return why.code == errc::invalid_argument ? exit_usage : exit_unavailable;
}

result<sqlite::transfer_counts> export_to_file(const std::string& database,
                                               const std::filesystem::path& to,
                                               const sqlite::progress& told) {
  // Under its name only once it is whole: half an export must not pass for one.
  auto part = to;
  part += ".part";
  auto made = stores::make_private(part);
  if (!made)
    return tl::unexpected(std::move(made.error()));
  __gnu_cxx::stdio_filebuf<char> file{made->release(), std::ios::out | std::ios::binary};
  std::ostream out{&file};
  auto count = sqlite::export_jobs(database, out, told);
  const bool is_written = file.close() != nullptr && out;
  std::error_code code;
  if (count && is_written)
    std::filesystem::rename(part, to, code);
  if (count && (!is_written || code))
    count = fail(errc::io, "cannot write " + to.string());
  if (!count)
    std::filesystem::remove(part, code);
  return count;
}

template <class Counts>
std::string in_words(const Counts& of) {
  auto text = std::to_string(of.jobs) + " jobs";
  if (of.schedules > 0)
    text += ", " + std::to_string(of.schedules) + " scheduled jobs";
  if (of.sessions > 0)
    text += ", " + std::to_string(of.sessions) + " sessions with " + std::to_string(of.messages)
            + " messages";
  return text;
}

int check(const std::string& database, const sqlite::progress& told) {
  const auto report = sqlite::check(database, told);
  if (!report)
    return refuse(report.error());
  for (const auto& fault : report->faults)
    std::printf("%s\n", fault.c_str());
  std::printf("%s: %s\n", report->faults.empty() ? "ok" : "damaged", in_words(*report).c_str());
  return report->faults.empty() ? exit_ok : exit_fault;
}

int export_jobs(const store_command& command, const std::string& database,
                const sqlite::progress& told) {
  const auto count = command.file ? export_to_file(database, *command.file, told)
                                  : sqlite::export_jobs(database, std::cout, told);
  if (!count)
    return refuse(count.error());
  std::fprintf(stderr, "exported %s\n", in_words(*count).c_str());
  return exit_ok;
}

int import_jobs(const store_command& command, const std::string& database,
                const sqlite::progress& told) {
  std::ifstream file;
  if (command.file) {
    file.open(*command.file, std::ios::binary);
    if (!file)
      return refuse({errc::io, "cannot read " + command.file->string()});
  }
  const auto count = sqlite::import_jobs(
    database, command.file ? static_cast<std::istream&>(file) : std::cin, told);
  if (!count)
    return refuse(count.error());
  std::fprintf(stderr, "imported %s\n", in_words(*count).c_str());
  return exit_ok;
}

int compact(const std::string& database) {
  const auto report = sqlite::compact(database);
  if (!report)
    return refuse(report.error());
  std::printf("%ju bytes before, %ju bytes after\n", report->bytes_before, report->bytes_after);
  return exit_ok;
}

} // namespace

int run_store_command(const store_command& command, std::string_view store) {
  const auto database = database_of(store);
  if (!database) {
    std::fprintf(stderr, "callboard: the store is %s, which has no database (see --store)\n",
                 std::string{store}.c_str());
    return exit_config;
  }
  progress_line line;
  const auto told = [&](std::string_view stage, std::size_t done, std::size_t total) {
    line.show(stage, done, total);
  };
  switch (command.what) {
    case store_task::check:
      return check(*database, told);
    case store_task::export_jobs:
      return export_jobs(command, *database, told);
    case store_task::import_jobs:
      return import_jobs(command, *database, told);
    case store_task::compact:
      return compact(*database);
  }
  return exit_fault;
}

} // namespace callboard::app
