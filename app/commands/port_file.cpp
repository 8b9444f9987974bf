#include "app/commands/port_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "stores/private_file.hpp"

namespace callboard::app {

namespace {

/// A new file for everybody to read: whoever waits for a port may be another user. What lies there, a link
/// that somebody has put there, say, is replaced and not followed.
int make_file(const std::filesystem::path& file) {
  constexpr mode_t for_all = 0644;
  ::unlink(file.c_str());
  return ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, for_all);
}

} // namespace

result<void> write_port_file(const std::filesystem::path& file, std::uint16_t port) {
  // In the same directory, for only there a rename is atomic.
  auto unfinished = file;
  unfinished += '.' + std::to_string(::getpid());
  const auto text = std::to_string(port) + '\n';
  errno = 0;
  std::error_code fault;
  {
    const stores::open_file out{make_file(unfinished)};
    if (out.get() < 0
        || ::write(out.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      fault = {errno, std::generic_category()};
  }
  if (!fault)
    std::filesystem::rename(unfinished, file, fault);
  if (!fault)
    return {};
  std::error_code unused;
  std::filesystem::remove(unfinished, unused);
  return fail(errc::io, "cannot write the port file " + file.string() + ": " + fault.message());
}

} // namespace callboard::app
