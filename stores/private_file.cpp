#include "stores/private_file.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace callboard::stores {

namespace {

constexpr mode_t owner_only = 0600;
constexpr mode_t owner_only_directory = 0700;

tl::unexpected<error> failure(std::string_view what, const std::filesystem::path& path,
                              std::string_view reason) {
  return fail(errc::io, std::string{what} + ' ' + path.string() + ": " + std::string{reason});
}

std::string reason(int code) {
  // What open(2) says of a link that it must not follow: "too many levels of symbolic links".
  return code == ELOOP ? "it is a symbolic link" : std::generic_category().message(code);
}

} // namespace

open_file::~open_file() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

result<open_file> open_private(const std::filesystem::path& file, int flags) {
  // O_NONBLOCK: opening a pipe must not wait for its other end. Regular files do not care.
  open_file opened{
    ::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, owner_only)};
  if (opened.get() < 0)
    return failure("cannot open", file, reason(errno));
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0)
    return failure("cannot read the attributes of", file, reason(errno));
  if (!S_ISREG(found.st_mode))
    return failure("cannot open", file, "it is not a regular file");
  return opened;
}

result<open_file> make_private(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    return failure("cannot replace", file, reason(errno));
  return open_private(file, O_WRONLY | O_CREAT | O_EXCL);
}

result<void> make_private_directories(const std::filesystem::path& directory) {
  std::filesystem::path made;
  for (const auto& part : directory) {
    made /= part;
    if (::mkdir(made.c_str(), owner_only_directory) == 0)
      continue;
    const auto code = errno;
    std::error_code ignored;
    // It may be there though it cannot be made, on a disk that cannot be written to, say.
    if (!std::filesystem::is_directory(made, ignored))
      return failure("cannot create the directory", directory,
                     reason(code == EEXIST ? ENOTDIR : code));
  }
  return {};
}

} // namespace callboard::stores
