#include "app/port_file.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include <unistd.h>

namespace callboard::app {

result<void> write_port_file(const std::filesystem::path& file, std::uint16_t port) {
  // In the same directory, for only there a rename is atomic.
  auto unfinished = file;
  unfinished += '.' + std::to_string(::getpid());
  errno = 0;
  std::ofstream out{unfinished};
  out << port << '\n';
  out.close();
  std::error_code fault;
  if (!out)
    fault = {errno, std::generic_category()};
  else
    std::filesystem::rename(unfinished, file, fault);
  if (!fault)
    return {};
  std::error_code unused;
  std::filesystem::remove(unfinished, unused);
  return fail(errc::io, "cannot write the port file " + file.string() + ": " + fault.message());
}

} // namespace callboard::app
