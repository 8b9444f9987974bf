#pragma once

#include <callboard/time.hpp>

#include "agents/http/outbound_http.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace callboard::agents {

/// What came of looking up a host.
struct host_addresses {
  std::string host;
  /// As libcurl takes them, with commas between; empty: the name is not known.
  std::string addresses;
  /// Whether that may be for want of a descriptor.
  bool is_out_of_descriptors = false;
};

/// The addresses of hosts. Each name is looked up once, however many requests wait for it, on a thread
/// of its own: a slow name server holds up nothing but the requests to that host. libcurl itself starts
/// a thread for each request. Used by one thread.
class host_names {
public:
  using request_id = outbound_http::request_id;
  /// Takes the result of a lookup on the lookup's thread, perhaps after this object is gone.
  using found_handler = std::function<void(host_addresses)>;

  /// Looks a host up on the calling thread; may take long.
  using lookup_function = std::function<host_addresses(const std::string&)>;

  explicit host_names(found_handler tell, lookup_function ask = look_up_by_system);

  /// Asks the system's resolver.
  static host_addresses look_up_by_system(const std::string& host);

  /// The addresses of a host, as far as they are known; null: not now. Then the request is among those
  /// that `note` returns later.
  const std::string* find(const std::string& host, request_id request, steady_time now);

  /// Takes the result of a lookup. Returns the requests that waited for it, in their order.
  std::vector<request_id> note(const host_addresses& found, steady_time now);

private:
  struct entry {
    std::string addresses;
    steady_time known_until;
    bool is_being_looked_up = false;
    std::vector<request_id> waiting;
  };

  void begin_lookup(const std::string& host) const;
  void drop_outdated(steady_time now);

  const found_handler tell_;
  const lookup_function ask_;
  std::unordered_map<std::string, entry> hosts_;
  /// From this many hosts on, outdated ones are looked for.
  std::size_t drop_at_ = 64;
};

} // namespace callboard::agents
