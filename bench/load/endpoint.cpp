#include "bench/load/endpoint.hpp"

#include <charconv>
#include <cstring>
#include <utility>

#include <netdb.h>
#include <unistd.h>

namespace callboard::bench {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::uint16_t default_port = 80;

result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc{} || end != text.data() + text.size() || port == 0)
    return fail(errc::invalid_argument,
                "port '" + std::string{text} + "' is not a number from 1 to 65535");
  return port;
}

} // namespace

std::string endpoint::authority() const {
  auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

result<endpoint> parse_url(std::string_view url) {
  if (!url.starts_with(scheme))
    return fail(errc::invalid_argument, "url must begin with http://");
  auto rest = url.substr(scheme.size());
  if (rest.ends_with('/'))
    rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos)
    return fail(errc::invalid_argument, "url must be http://host:port, with nothing after it");
  endpoint made;
  auto host = rest.substr(0, rest.find(':'));
  if (rest.starts_with('[')) {
    auto bracket = rest.find(']');
    if (bracket == std::string_view::npos)
      return fail(errc::invalid_argument, "url has a [ without ]");
    host = rest.substr(1, bracket - 1);
    rest.remove_prefix(bracket + 1);
  } else {
    rest.remove_prefix(host.size());
  }
  if (host.empty())
    return fail(errc::invalid_argument, "url has no host");
  made.host = host;
  made.port = default_port;
  if (rest.empty())
    return made;
  if (rest.front() != ':')
    return fail(errc::invalid_argument, "url must be http://host:port, with nothing after it");
  auto port = parse_port(rest.substr(1));
  if (!port)
    return tl::unexpected(port.error());
  made.port = *port;
  return made;
}

result<socket_address> resolve(const endpoint& where) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = std::to_string(where.port);
  if (auto code = ::getaddrinfo(where.host.c_str(), port.c_str(), &wanted, &found); code != 0)
    return fail(errc::not_found, "host " + where.host + ": " + ::gai_strerror(code));
  socket_address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

descriptor::descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

descriptor::~descriptor() {
  close();
}

void descriptor::close() noexcept {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

} // namespace callboard::bench
