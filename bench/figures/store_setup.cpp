#include "bench/figures/store_setup.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <callboard/store.hpp>

#include "bench/figures/http_stage.hpp"

namespace callboard::bench {

namespace {

constexpr std::size_t flushes = 101;
constexpr std::size_t block_size = 4096;
/// Jobs of one commit.
constexpr std::size_t batch_size = 5'000;
/// As many finished messages as a server holds by default.
constexpr std::size_t messages_held = 10'000;
constexpr std::chrono::hours time_left{1};

class open_file {
public:
  explicit open_file(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  bool flush_block() const {
    constexpr std::array<char, block_size> block{};
    return ::pwrite(descriptor_, block.data(), block.size(), 0)
             == static_cast<ssize_t>(block.size())
           && ::fdatasync(descriptor_) == 0;
  }

private:
  int descriptor_;
};

/// An id like a real one: its first half in the order of numbers, its second half without any.
uuid numbered_id(std::uint64_t number, std::uint8_t purpose) {
  // Multiplication by an odd number spreads, and no two numbers become one.
  constexpr std::uint64_t spread = 0x9e37'79b9'7f4a'7c15;
  const auto tail = (number * 256 + purpose) * spread;
  uuid made;
  for (std::size_t i = 0; i < 6; ++i)
    made.bytes[5 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  made.bytes[6] = 0x70;
  made.bytes[8] = 0x80;
  for (std::size_t i = 0; i < 7; ++i)
    made.bytes[9 + i] = static_cast<std::uint8_t>(tail >> (8 * (i + 1)));
  return made;
}

std::shared_ptr<job_spec> make_spec(std::uint64_t number, job_kind kind, system_time created_at) {
  auto spec = std::make_shared<job_spec>();
  spec->id = numbered_id(number, 0);
  spec->kind = kind;
  spec->organisation = "default";
  spec->agent_id = *uuid::parse(echo_agent_id);
  spec->user_id = "550e8400-e29b-41d4-a716-446655440000";
  spec->content = std::string(100, 'x');
  spec->created_at = created_at;
  spec->due_at = created_at;
  spec->expires_at = created_at + time_left;
  if (kind == job_kind::agent) {
    auto fields = std::make_shared<agent_job_fields>();
    fields->job_type_id = "report";
    fields->params = json_text::from_valid("{}");
    fields->target_channel = json_text::from_valid(R"({"code":"c","platform":"p"})");
    spec->agent_job = std::move(fields);
  }
  return spec;
}

job_ptr make_job(std::uint64_t number, job_kind kind, bool is_finished, system_time now) {
  auto made = std::make_shared<job>();
  made->spec = make_spec(number, kind, now);
  made->version = is_finished ? 3 : 1;
  made->state = is_finished ? job_state::completed : job_state::pending;
  made->updated_at = now;
  task_record task;
  task.id = numbered_id(number, 1);
  task.created_at = now;
  if (is_finished) {
    task.state = task_state::completed;
    task.result = std::make_shared<const std::string>(106, 'y');
    task.finished_at = now;
    made->started_at = now;
    made->finished_at = now;
    auto outcome = std::make_shared<job_outcome>();
    outcome->message_id = numbered_id(number, 2);
    outcome->content = task.result;
    made->outcome = std::move(outcome);
  }
  made->tasks.push_back(std::move(task));
  return made;
}

} // namespace

result<std::chrono::nanoseconds> flush_time(const std::filesystem::path& directory) {
  const open_file file{directory / "flush"};
  std::vector<std::chrono::nanoseconds> times;
  for (std::size_t i = 0; i < flushes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!file.flush_block())
      return fail(errc::io, "cannot write to " + directory.string());
    times.push_back(std::chrono::steady_clock::now() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[flushes / 2];
}

result<void> make_database(const std::filesystem::path& file, std::size_t finished,
                           std::size_t live) {
  const auto jobs = open_sqlite_store({.path = file, .sync = store_sync::normal});
  if (!jobs)
    return tl::unexpected(jobs.error());
  const auto now
    = std::chrono::time_point_cast<system_time::duration>(std::chrono::system_clock::now());
  std::vector<job_ptr> batch;
  const auto all = finished + live;
  for (std::size_t number = 0; number < all; ++number) {
    const auto is_finished = number < finished;
    const auto is_message = number + messages_held >= finished;
    // A millisecond apart: times that differ, all of the last hour.
    const auto age = std::chrono::milliseconds{all - number};
    batch.push_back(
      make_job(number, is_message ? job_kind::message : job_kind::agent, is_finished, now - age));
    if (batch.size() < batch_size && number + 1 < all)
      continue;
    if (auto done = (*jobs)->commit(batch); !done)
      return done;
    batch.clear();
  }
  return {};
}

} // namespace callboard::bench
