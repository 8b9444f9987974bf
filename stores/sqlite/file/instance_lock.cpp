#include "stores/sqlite/file/instance_lock.hpp"

#include "stores/private_file.hpp"

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

/// What the file holds, as far as it can be a lock's.
std::string content_of(int descriptor) {
  std::array<char, 21> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

/// Whether a file is a lock: empty, or with a process id in it.
bool is_lock(std::string_view content) {
  const auto id = content.substr(0, content.find_first_not_of("0123456789"));
  const auto rest = content.substr(id.size());
  return content.empty() || (!id.empty() && (rest.empty() || rest == "\n"));
}

std::string refusal(const std::string& database_path, int descriptor) {
  const auto content = content_of(descriptor);
  // The owner may not have written its number yet.
  const auto owner = content.substr(0, content.find_first_not_of("0123456789"));
  const auto by = owner.empty() ? "another process" : "process " + owner;
  return "the database " + database_path + " is in use by " + by;
}

} // namespace

result<instance_lock> instance_lock::take(const std::string& database_path) {
  std::error_code code;
  const auto path = std::filesystem::weakly_canonical(database_path, code).string() + ".lock";
  if (code)
    return fail(errc::io, "cannot find " + database_path + ": " + code.message());
  auto opened = stores::open_private(path, O_RDWR | O_CREAT);
  if (!opened)
    return tl::unexpected(std::move(opened.error()));
  instance_lock taken{opened->release()};
  const auto descriptor = taken.descriptor_;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(errc::io, refusal(database_path, descriptor));
    return fail(errc::io, "cannot lock " + path + ": " + reason(errno));
  }
  if (!is_lock(content_of(descriptor)))
    return fail(errc::io, path + " is not a lock file, but the database needs one with this name");
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
