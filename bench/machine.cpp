#include "bench/machine.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <sys/utsname.h>

#include <fmt/format.h>

#include "bench/load/process.hpp"

namespace callboard::bench {

namespace {

/// The value of the first line "name : value" of a file under /proc; empty when there is none.
std::string proc_value(const char* file, std::string_view name) {
  std::ifstream input{file};
  for (std::string line; std::getline(input, line);) {
    auto colon = line.find(':');
    if (!line.starts_with(name) || colon == std::string::npos)
      continue;
    auto first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? "" : line.substr(first);
  }
  return "";
}

std::string memory_text() {
  constexpr double kilobytes_per_gigabyte = 1024.0 * 1024.0;
  auto kilobytes = std::strtod(proc_value("/proc/meminfo", "MemTotal").c_str(), nullptr);
  return fmt::format("{:.0f} GiB", kilobytes / kilobytes_per_gigabyte);
}

} // namespace

bool is_optimised_build() noexcept {
#if defined(NDEBUG) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)                     \
  && !defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

std::vector<std::string> describe_conditions() {
  utsname system{};
  ::uname(&system);
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} ({} cores), {}, {} {}", proc_value("/proc/cpuinfo", "model name"),
                              std::thread::hardware_concurrency(), memory_text(), system.sysname,
                              system.release));
  double load[1]{};
  if (::getloadavg(load, 1) == 1)
    lines.push_back(fmt::format("Load of the machine before the run: {:.2f}", load[0]));
  lines.push_back(fmt::format("GCC {}.{}, {}, {}", __GNUC__, __GNUC_MINOR__, allocator_name(),
                              is_optimised_build()
                                ? "optimised build"
                                : "NOT an optimised build: these figures mean nothing"));
  return lines;
}

} // namespace callboard::bench
