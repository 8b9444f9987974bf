#include "app/development_key.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "app/digest.hpp"

namespace callboard::app {

namespace {

/// More than any key is long.
constexpr std::size_t key_bytes_max = 256;

tl::unexpected<error> failure(const std::filesystem::path& file, std::string_view what) {
  return fail(errc::io, "key file " + file.string() + ": " + std::string{what});
}

tl::unexpected<error> system_failure(const std::filesystem::path& file) {
  return failure(file, std::generic_category().message(errno));
}

result<development_key> read_key(const std::filesystem::path& file) {
  const int from = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0)
    return system_failure(file);
  std::array<char, key_bytes_max> bytes{};
  const auto size = ::read(from, bytes.data(), bytes.size());
  ::close(from);
  if (size < 0)
    return system_failure(file);
  std::string key{bytes.data(), static_cast<std::size_t>(size)};
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r'))
    key.pop_back();
  if (key.empty())
    return failure(file, "holds no key; remove it and a new one is made");
  return development_key{std::move(key), false};
}

} // namespace

api_key development_key::entry() const {
  api_key made;
  made.name = "development";
  made.sha256 = sha256_of(key);
  made.scopes = {api_scope::messaging, api_scope::services_read, api_scope::services_write,
                 api_scope::jobs, api_scope::operations};
  return made;
}

result<development_key> take_development_key(const std::filesystem::path& file) {
  std::error_code fault;
  if (file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), fault);
  if (fault)
    return failure(file, fault.message());
  constexpr mode_t owner_only = 0600;
  // Only one of two servers that start at once makes the file.
  const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
  if (to < 0)
    return errno == EEXIST ? read_key(file) : system_failure(file);
  development_key made{random_key(), true};
  const auto line = made.key + '\n';
  const bool is_written
    = ::write(to, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (::close(to) != 0 || !is_written)
    return system_failure(file);
  return made;
}

} // namespace callboard::app
