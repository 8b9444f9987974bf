#pragma once

#include <optional>
#include <string>
#include <vector>

#include <callboard/http_server.hpp>

#include "http/message.hpp"

namespace callboard::http {

/// Which web pages may use the server (CORS). Requests without an `Origin` are no business of it.
class origin_policy {
public:
  explicit origin_policy(const http_options& options);

  /// Judges a request. Adds what the answer, whatever it is, must carry to `every_answer`; gives
  /// the answer itself to a preflight and to a foreign page that would change something.
  std::optional<response> judge(const request& asked, response& every_answer) const;

private:
  enum class standing { listed, any, own, foreign };

  standing standing_of(const request& asked, std::string_view origin) const;

  /// In normal form.
  std::vector<std::string> listed_;
  bool takes_any_ = false;
  std::string public_origin_;
  std::string scheme_;
};

} // namespace callboard::http
