#pragma once

#include <optional>
#include <string>
#include <vector>

#include <callboard/http_server.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// Which web pages may use the server (CORS), and by which names it may be called where no key guards
/// it: a page whose own name is made to point at this machine is no foreign one to its browser (DNS
/// rebinding).
class cors_policy {
public:
  explicit cors_policy(const http_options& options);

  /// Judges a request. Adds what the answer, whatever it is, must carry to `every_answer`; gives
  /// the answer itself to a preflight and to a foreign page that would change something.
  /// @param is_open the path is open only because no key is configured: then foreign pages may not read
  /// either, and the request must name this machine.
  std::optional<response> judge(const request& asked, bool is_open, response& every_answer) const;

private:
  enum class standing { listed, any, own, foreign };

  standing standing_of(const request& asked, std::string_view origin) const;
  /// What is wrong with a request for what is open for want of keys; empty: nothing.
  std::string_view fault_of_open(const request& asked, standing where) const;

  /// In normal form.
  std::vector<std::string> listed_;
  bool takes_any_ = false;
  std::string public_origin_;
  /// In normal form; empty: none.
  std::string public_host_;
  std::string scheme_;
};

} // namespace callboard::http
