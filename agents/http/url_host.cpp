#include "agents/http/url_host.hpp"

#include <curl/curl.h>

#include <memory>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

namespace callboard::agents {

namespace {

std::string part_of(CURLU* url, CURLUPart part, unsigned flags) {
  char* found = nullptr;
  if (curl_url_get(url, part, &found, flags) != CURLUE_OK)
    return {};
  std::string text{found};
  curl_free(found);
  return text;
}

bool is_address(const std::string& host) {
  in_addr address{};
  // Those of IPv6 stand in brackets.
  return host.starts_with('[') || inet_pton(AF_INET, host.c_str(), &address) == 1;
}

/// libcurl knows these by itself.
bool is_own_name(std::string_view host) {
  constexpr std::string_view name = "localhost";
  if (host.size() < name.size())
    return false;
  const auto end = host.substr(host.size() - name.size());
  return curl_strnequal(end.data(), name.data(), name.size()) != 0
         && (host.size() == name.size() || host[host.size() - name.size() - 1] == '.');
}

} // namespace

url_host host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts{curl_url(), &curl_url_cleanup};
  url_host found;
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return found;
  found.name = part_of(parts.get(), CURLUPART_HOST, CURLU_PUNYCODE);
  found.port = part_of(parts.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  found.is_to_be_looked_up
    = !found.name.empty() && !is_address(found.name) && !is_own_name(found.name);
  return found;
}

} // namespace callboard::agents
