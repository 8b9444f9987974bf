#include "http/framing/address.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace callboard::http {

namespace {

std::string lower_case(std::string_view text) {
  std::string made{text};
  for (auto& c : made)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return made;
}

/// Whether a text is a numeric address of the family; fills in its bytes.
template <class Bytes>
bool read_address(int family, std::string_view text, Bytes& bytes) {
  return inet_pton(family, std::string{text}.c_str(), &bytes) == 1;
}

bool is_address(std::string_view text) {
  in_addr four{};
  in6_addr six{};
  return read_address(AF_INET, text, four) || read_address(AF_INET6, text, six);
}

bool is_loopback_number(std::string_view address) {
  in_addr four{};
  if (read_address(AF_INET, address, four))
    return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  if (!read_address(AF_INET6, address, six))
    return false;
  if (IN6_IS_ADDR_V4MAPPED(&six))
    return six.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&six);
}

bool is_port(std::string_view text) noexcept {
  return text.size() <= 5
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "ip6-localhost" || is_loopback_number(address);
}

bool is_listen_address(std::string_view address) {
  return is_address(address) || is_loopback(address);
}

bool is_valid_host(std::string_view host) noexcept {
  const auto is_host_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view{"-._~!$&'()*+,;=%"}.find(c) != std::string_view::npos;
  };
  if (host.empty())
    return false;
  if (host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos || end == 1)
      return false;
    const auto rest = host.substr(end + 1);
    return std::all_of(host.begin() + 1, host.begin() + static_cast<std::ptrdiff_t>(end),
                       [&](char c) { return c == ':' || is_host_char(c); })
           && (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const auto name = host.substr(0, host.find(':'));
  return !name.empty() && std::all_of(name.begin(), name.end(), is_host_char)
         && (name.size() == host.size() || is_port(host.substr(name.size() + 1)));
}

bool is_fixed_host(std::string_view host) {
  const auto name = normal_host(host);
  return name == "localhost" || name.ends_with(".localhost") || is_address(name);
}

std::string normal_host(std::string_view host) {
  if (!host.starts_with('[')) {
    auto name = lower_case(host.substr(0, host.find(':')));
    if (name.ends_with('.'))
      name.pop_back();
    return name;
  }
  in6_addr six{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!read_address(AF_INET6, host.substr(1, host.find(']') - 1), six))
    return lower_case(host);
  return inet_ntop(AF_INET6, &six, text.data(), text.size());
}

bool is_local_host(std::string_view normal) {
  return normal == "localhost" || is_loopback_number(normal);
}

std::string host_of_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end != std::string_view::npos)
    url.remove_prefix(scheme_end + 3);
  return normal_host(url.substr(0, url.find_first_of("/?#")));
}

std::string normal_origin(std::string_view url) {
  auto made = lower_case(url);
  const auto scheme_end = made.find("://");
  if (scheme_end == std::string::npos)
    return made;
  made.erase(std::min(made.size(), made.find_first_of("/?#", scheme_end + 3)));
  const std::string_view port = made.starts_with("http:")    ? ":80"
                                : made.starts_with("https:") ? ":443"
                                                             : "";
  if (!port.empty() && made.ends_with(port))
    made.erase(made.size() - port.size());
  return made;
}

} // namespace callboard::http
