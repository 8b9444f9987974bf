#include "app/commands/development_key.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/digest.hpp"
#include "stores/private_file.hpp"

namespace callboard::app {

namespace {

/// More than any key is long.
constexpr std::size_t key_bytes_max = 256;
/// Those that are made here have 46 letters; whoever writes one by hand must not make it easy to guess.
constexpr std::size_t key_bytes_min = 32;

tl::unexpected<error> failure(const std::filesystem::path& file, std::string_view what) {
  return fail(errc::io, "key file " + file.string() + ": " + std::string{what});
}

tl::unexpected<error> system_failure(const std::filesystem::path& file) {
  return failure(file, std::generic_category().message(errno));
}

/// What stands against a key that was found; nothing if it may be used.
std::optional<std::string> complaint(std::string_view key) {
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (key.empty())
    return "contains no key; remove it to create a new one";
  if (!std::all_of(key.begin(), key.end(), is_visible) || key.size() > key_bytes_max)
    return "must contain one key of visible ASCII characters; remove it to create a new one";
  if (key.size() < key_bytes_min)
    return "contains a key of fewer than " + std::to_string(key_bytes_min)
           + " characters, which could be guessed; remove it to create a new one";
  return std::nullopt;
}

/// Who else than its owner, if that is us, may know what is in the file.
std::optional<std::string> complaint(const struct stat& file) {
  constexpr mode_t others = 077;
  if (file.st_uid != ::geteuid())
    return "belongs to another user, who knows the key; remove it to create a new one";
  if ((file.st_mode & others) != 0)
    return "can be read or changed by others; chmod 600 it, or remove it to create a new one";
  return std::nullopt;
}

result<development_key> read_key(const std::filesystem::path& file) {
  const auto from = stores::open_private(file, O_RDONLY);
  if (!from)
    return tl::unexpected(from.error());
  struct stat found {};
  std::array<char, key_bytes_max + 2> bytes{};
  const auto size = ::read(from->get(), bytes.data(), bytes.size());
  if (size < 0 || ::fstat(from->get(), &found) != 0)
    return system_failure(file);
  if (const auto what = complaint(found))
    return failure(file, *what);
  std::string key{bytes.data(), static_cast<std::size_t>(size)};
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r'))
    key.pop_back();
  if (const auto what = complaint(key))
    return failure(file, *what);
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
  if (file.has_parent_path())
    if (auto ok = stores::make_private_directories(file.parent_path()); !ok)
      return tl::unexpected(std::move(ok.error()));
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
