#include "bench/baseline/flushing_store.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "bench/baseline/forwarding_store.hpp"

namespace callboard::bench {

namespace {

/// As large as SQLite's log is when it restarts.
constexpr std::size_t file_size = std::size_t{16} << 20U;
/// Times, numbers and ids of a job, which SQLite stores beside its texts.
constexpr std::size_t fixed_size = 200;

/// A file of one size that is written round and round.
class log_file {
public:
  explicit log_file(const std::string& name)
    : descriptor_{::open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)} {
    // nop
  }
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  ~log_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  /// Writes and flushes. Blocks; false: `errno` tells why.
  bool append(const std::string& bytes) {
    if (place_ + bytes.size() > file_size)
      place_ = 0;
    const auto written
      = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place_));
    place_ += bytes.size();
    return written == static_cast<ssize_t>(bytes.size()) && ::fdatasync(descriptor_) == 0;
  }

private:
  int descriptor_;
  std::size_t place_ = 0;
};

void add(std::string& to, const job& snapshot) {
  to.append(fixed_size, '\0');
  to.append(snapshot.spec->organisation);
  to.append(snapshot.spec->user_id);
  to.append(snapshot.spec->content);
  if (snapshot.outcome && snapshot.outcome->content)
    to.append(*snapshot.outcome->content);
}

class flushing_store final : public forwarding_store {
public:
  explicit flushing_store(const std::string& file)
    : forwarding_store{make_memory_store()}, log_{file} {
    // nop
  }

  bool is_durable() const noexcept override {
    return true;
  }

  result<void> apply(const store_changes& changes) override {
    bytes_.clear();
    for (const auto& snapshot : changes.snapshots)
      add(bytes_, *snapshot);
    for (const auto& id : changes.erased)
      bytes_.append(id.bytes.begin(), id.bytes.end());
    for (const auto& message : changes.messages)
      bytes_.append(fixed_size, '\0').append(*message.content);
    if (auto ok = write(bytes_); !ok)
      return ok;
    return forwarding_store::apply(changes);
  }

  result<void> write(const std::string& bytes) {
    if (!log_.append(bytes))
      return fail(errc::io, "cannot write: " + std::generic_category().message(errno));
    return {};
  }

private:
  log_file log_;
  std::string bytes_;
};

} // namespace

result<std::unique_ptr<store>> make_flushing_store(const std::string& file) {
  auto made = std::make_unique<flushing_store>(file);
  if (auto ok = made->write(std::string(file_size, '\0')); !ok)
    return tl::unexpected(std::move(ok.error()));
  return made;
}

} // namespace callboard::bench
