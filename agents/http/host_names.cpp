#include "agents/http/host_names.hpp"

#include "agents/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

/// How long what was found counts; libcurl's own default.
constexpr auto known_for = 60s;

/// The address as a number; IPv6 in brackets. Empty: of another family.
std::string address_text(const addrinfo& found) {
  sockaddr_storage address{};
  const auto size = std::min<socklen_t>(found.ai_addrlen, sizeof address);
  std::memcpy(&address, found.ai_addr, size);
  // libcurl takes no "%eth0", and would leave out the other addresses of the host as well.
  if (found.ai_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address).sin6_scope_id = 0;
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, text.data(), text.size(),
                  nullptr, 0, NI_NUMERICHOST)
      != 0)
    return {};
  return found.ai_family == AF_INET6 ? '[' + std::string{text.data()} + ']'
                                     : std::string{text.data()};
}

/// The system's answer says only that it could not.
bool is_out_of_descriptors() {
  return !unique_fd{eventfd(0, EFD_CLOEXEC)};
}

} // namespace

host_names::host_names(found_handler tell, lookup_function ask)
  : tell_(std::move(tell)), ask_(std::move(ask)) {
  // nop
}

host_addresses host_names::look_up_by_system(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  host_addresses found{.host = host, .addresses = {}, .is_out_of_descriptors = false};
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &first) != 0) {
    found.is_out_of_descriptors = is_out_of_descriptors();
    return found;
  }
  for (const auto* next = first; next; next = next->ai_next) {
    const auto text = address_text(*next);
    if (!text.empty())
      found.addresses += (found.addresses.empty() ? "" : ",") + text;
  }
  freeaddrinfo(first);
  return found;
}

const std::string* host_names::find(const std::string& host, request_id request, steady_time now) {
  if (hosts_.size() >= drop_at_)
    drop_outdated(now);
  auto& known = hosts_[host];
  if (!known.is_being_looked_up && now < known.known_until)
    return &known.addresses;
  known.waiting.push_back(request);
  if (!std::exchange(known.is_being_looked_up, true))
    begin_lookup(host);
  return nullptr;
}

std::vector<host_names::request_id> host_names::note(const host_addresses& found, steady_time now) {
  const auto at = hosts_.find(found.host);
  if (at == hosts_.end())
    return {};
  auto waiting = std::exchange(at->second.waiting, {});
  if (found.addresses.empty()) {
    hosts_.erase(at);
    return waiting;
  }
  at->second.is_being_looked_up = false;
  at->second.addresses = found.addresses;
  at->second.known_until = now + known_for;
  return waiting;
}

void host_names::begin_lookup(const std::string& host) const {
  try {
    // It cannot be interrupted, so nothing waits for it: it owns all that it uses.
    std::thread{[host, ask = ask_, tell = tell_] { tell(ask(host)); }}.detach();
  } catch (const std::system_error&) {
    // There is no thread for it now. As if the name server had not answered.
    tell_({.host = host, .addresses = {}, .is_out_of_descriptors = false});
  }
}

void host_names::drop_outdated(steady_time now) {
  std::erase_if(hosts_, [now](const auto& known) {
    return !known.second.is_being_looked_up && known.second.known_until <= now;
  });
  drop_at_ = std::max(drop_at_, 2 * hosts_.size());
}

} // namespace callboard::agents
