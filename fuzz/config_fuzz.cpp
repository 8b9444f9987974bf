// Configurations: none does harm, what is wrong is told with its place, nothing tells a secret, and
// what is shown to be in effect says the same when it is read again.
//
// An input is a file, and after a line of three dashes NAME=VALUE lines: environment variables.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include <callboard/json_text.hpp>

#include "app/config/config.hpp"
#include "fuzz/require.hpp"

namespace {

using namespace callboard;
using namespace callboard::app;
using fuzz::require;

/// Could be the name of a variable, so that messages about names are no place for it either.
constexpr std::string_view secret = "a_secret_that_nobody_may_see";
constexpr std::string_view secret_name = "HOOK_SECRET";
constexpr std::string_view divider = "\n---\n";

/// Sources with one text as their file, which is no file of any disk.
config_sources sources_of(std::string_view file_text) {
  static const int file = ::memfd_create("config", MFD_CLOEXEC);
  require(::ftruncate(file, 0) == 0);
  require(::pwrite(file, file_text.data(), file_text.size(), 0)
          == static_cast<ssize_t>(file_text.size()));
  config_sources made;
  made.file = "/proc/self/fd/" + std::to_string(file);
  made.variables.emplace(secret_name, secret);
  return made;
}

void add_variables(environment& variables, std::string_view lines) {
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
}

void require_no_secret(std::string_view text) {
  require(text.find(secret) == std::string_view::npos);
}

void check_faults(const config_faults& faults, const std::string& file) {
  require(!faults.empty());
  std::set<std::string> places;
  for (const auto& fault : faults) {
    require(!fault.what.empty());
    require(fault.where.starts_with('/') || fault.where == file);
    require(places.insert(fault.where).second);
    require_no_secret(fault.where);
    require_no_secret(fault.what);
  }
}

void check_limits(const server_config& config) {
  require(!config.agents.empty());
  for (const auto& agent : config.agents)
    require(!agent.info.id.is_nil() && !agent.info.name.empty() && agent.info.concurrency >= 1);
  require(config.engine.jobs_max >= 1 && config.engine.live_jobs_max >= 1);
  require(config.http.body_bytes_max >= 1024 && config.http.body_bytes_max <= 2'097'152);
  require(config.http.connections_max >= 1);
  require(config.http.rates.window >= std::chrono::seconds{1});
  require(config.shutdown_grace >= std::chrono::seconds{0});
  require(config.http.tls_certificate.empty() == config.http.tls_private_key.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto file_end = std::min(text.find(divider), text.size());
  auto sources = sources_of(text.substr(0, file_end));
  add_variables(sources.variables, text.substr(std::min(file_end + divider.size(), text.size())));

  const auto config = load_config(sources);
  if (!config) {
    check_faults(config.error(), sources.file->string());
    return 0;
  }
  check_limits(*config);
  require_no_secret(config->printed);
  for (const auto& warning : config->warnings)
    require_no_secret(warning);
  require(parse_json(config->printed).has_value());
  // What a variable sets is shown as it is set, and in a file `${` has another meaning.
  if (file_end != text.size())
    return 0;
  const auto again = load_config(sources_of(config->printed));
  require(again.has_value());
  require(again->printed == config->printed);
  return 0;
}
