#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <callboard/http_server.hpp>

namespace callboard::tests {

/// Reads a SHA-256 as `sha256sum` prints it.
inline std::array<std::uint8_t, 32> digest(std::string_view hex) {
  std::array<std::uint8_t, 32> made{};
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(2 * i, 2)}, nullptr, 16));
  return made;
}

inline const std::string key_text = "key-one";
inline const std::string other_key_text = "key-two";

// printf 'key-one' | sha256sum, and so on.

inline const auto key_digest
  = digest("9b346041bc9a49574eb2665b2ad2a0a3f9f9cce4e42f5d1f26deb8a256b5966a");
inline const auto other_key_digest
  = digest("c8df51469c308a59bfbd48a3e0bdd228ca922d6032035f5ef6e4ad45f473a9f3");

/// What `key_text` is: opens everything for the organisation "org-all".
inline api_key key_with_all_scopes() {
  return {.name = "all",
          .sha256 = key_digest,
          .organisation = "org-all",
          .scopes = {api_scope::messaging, api_scope::services_read, api_scope::services_write,
                     api_scope::jobs, api_scope::operations}};
}

/// The same for `other_key_text`.
inline api_key other_key_with_all_scopes() {
  auto made = key_with_all_scopes();
  made.name = "other";
  made.sha256 = other_key_digest;
  return made;
}

/// A server whose only key is `key_text`, with these scopes, of the organisation "org123"; there is also
/// "org456".
inline http_options options_with_key(std::set<api_scope> scopes) {
  http_options made;
  auto key = key_with_all_scopes();
  key.organisation = "org123";
  key.scopes = std::move(scopes);
  made.keys = {std::move(key)};
  made.organisations = {{"org123", "Example"}, {"org456", ""}};
  return made;
}

} // namespace callboard::tests
