#include "app/commands/new_key.hpp"

#include <nlohmann/json.hpp>

#include "app/digest.hpp"

namespace callboard::app {

new_key make_key(const std::string& name, const std::string& organisation,
                 const std::vector<std::string>& scopes) {
  auto key = random_key();
  const nlohmann::ordered_json entry{
    {"name", name}, {"sha256", hex_of(sha256_of(key))}, {"org", organisation}, {"scopes", scopes}};
  return {std::move(key),
          entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

} // namespace callboard::app
