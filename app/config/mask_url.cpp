#include "app/config/mask_url.hpp"

#include <algorithm>

namespace callboard::app {

namespace {

/// A URL taken apart; the parts together, with their signs, are the text.
struct url_parts {
  /// "https://", or empty.
  std::string_view scheme;
  /// What stands before the last "@" of host and port.
  std::string_view user;
  /// Whether there is an "@".
  bool has_user = false;
  /// Host, port and path.
  std::string_view place;
  /// What follows the question mark or the number sign, that sign included.
  std::string_view rest;
};

url_parts take_apart(std::string_view url) {
  url_parts made;
  if (const auto colon = url.find("://"); colon != url.npos && colon < url.find_first_of("/?#")) {
    made.scheme = url.substr(0, colon + 3);
    url.remove_prefix(made.scheme.size());
  }
  const auto host_end = std::min(url.find_first_of("/?#"), url.size());
  if (const auto at = url.substr(0, host_end).rfind('@'); at != url.npos) {
    made.has_user = true;
    made.user = url.substr(0, at);
    url.remove_prefix(at + 1);
  }
  const auto place_end = std::min(url.find_first_of("?#"), url.size());
  made.place = url.substr(0, place_end);
  made.rest = url.substr(place_end);
  return made;
}

/// Whether a text is `${NAME}`, and nothing more.
bool is_variable(std::string_view text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1;
}

/// Calls back with each part of a query and fragment: a sign or a name, which may be shown, and a value.
template <class Each>
void for_each_value(std::string_view rest, Each each) {
  while (!rest.empty()) {
    const auto is_fragment = rest.front() == '#';
    const auto end
      = is_fragment ? rest.size() : std::min(rest.find_first_of("&;#", 1), rest.size());
    const auto part = rest.substr(0, end);
    const auto equals = is_fragment ? part.npos : part.find('=');
    // Without a name all of it may be the secret.
    const auto shown = equals == part.npos ? 1 : equals + 1;
    each(part.substr(0, shown), part.substr(shown));
    rest.remove_prefix(end);
  }
}

} // namespace

std::string masked_url(std::string_view url) {
  const auto parts = take_apart(url);
  std::string made{parts.scheme};
  if (parts.has_user)
    made.append(mask).append("@");
  made += parts.place;
  for_each_value(parts.rest, [&](std::string_view shown, std::string_view value) {
    made += shown;
    if (!value.empty())
      made += is_variable(value) ? value : mask;
  });
  return made;
}

std::vector<std::string> secrets_in_url(std::string_view url) {
  std::vector<std::string> found;
  const auto add = [&](std::string_view text) {
    if (!text.empty())
      found.emplace_back(text);
  };
  const auto parts = take_apart(url);
  add(parts.user);
  if (const auto colon = parts.user.find(':'); colon != parts.user.npos)
    add(parts.user.substr(colon + 1));
  for_each_value(parts.rest, [&](std::string_view, std::string_view value) { add(value); });
  return found;
}

} // namespace callboard::app
