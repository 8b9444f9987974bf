#include "stores/sqlite/instance_lock.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace callboard::sqlite {

namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

/// The owner's process id as the file shows it; empty if it shows none (yet).
std::string owner_in(int descriptor) {
  std::array<char, 20> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  const std::string_view found{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  return std::string{found.substr(0, found.find_first_not_of("0123456789"))};
}

std::string refusal(const std::string& database_path, int descriptor) {
  const auto owner = owner_in(descriptor);
  const auto by = owner.empty() ? "another process" : "process " + owner;
  return "the database " + database_path + " is in use by " + by;
}

} // namespace

result<instance_lock> instance_lock::take(const std::string& database_path) {
  std::error_code code;
  const auto path = std::filesystem::weakly_canonical(database_path, code).string() + ".lock";
  if (code)
    return fail(errc::io, "cannot find " + database_path + ": " + code.message());
  const auto descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return fail(errc::io, "cannot open " + path + ": " + reason(errno));
  instance_lock taken{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(errc::io, refusal(database_path, descriptor));
    return fail(errc::io, "cannot lock " + path + ": " + reason(errno));
  }
  const auto owner = std::to_string(::getpid()) + "\n";
  // Only the lock counts: on a full disk the next one is told "another process".
  [[maybe_unused]] const auto cut = ::ftruncate(descriptor, 0);
  [[maybe_unused]] const auto written = ::pwrite(descriptor, owner.data(), owner.size(), 0);
  return taken;
}

instance_lock::instance_lock(instance_lock&& other) noexcept
  : descriptor_{std::exchange(other.descriptor_, -1)} {
  // nop
}

instance_lock::~instance_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

} // namespace callboard::sqlite
