#pragma once

#include <string>

namespace callboard::agents {

/// Where a URL leads.
struct url_host {
  /// In the form in which it is looked up: ASCII, without brackets.
  std::string name;
  std::string port;
  /// Whether it has to be looked up: it is no address, and no name of this machine.
  bool is_to_be_looked_up = false;
};

/// Takes the host out of a URL. What is no URL has no host that is to be looked up.
url_host host_of(const std::string& url);

} // namespace callboard::agents
