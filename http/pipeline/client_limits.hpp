#pragma once

#include <optional>
#include <vector>

#include <callboard/http_server.hpp>

#include "http/message/message.hpp"
#include "http/pipeline/api_area.hpp"
#include "http/pipeline/rate_limit_table.hpp"

namespace callboard::http {

/// How much clients may ask: requests of one address, requests with one key, and keys that are none.
/// The same for all APIs. Used from all server threads at once.
class client_limits {
public:
  explicit client_limits(const rate_limits& limits);

  /// Counts a request for its address. Adds what its answer says of that; gives the answer itself if
  /// there were too many.
  std::optional<response> count_address(const request& asked, error_form form, steady_time now,
                                        response& every_answer);

  /// Counts a request for its key; as `count_address`.
  std::optional<response> count_key(const api_key& key, error_form form, steady_time now,
                                    response& every_answer);

  /// Counts a key that is none of ours. Gives the answer if there were too many from that address.
  std::optional<response> count_failed_key(const request& asked, error_form form, steady_time now);

private:
  rate_limit_table of_addresses_;
  rate_limit_table of_keys_;
  rate_limit_table of_failures_;
};

} // namespace callboard::http
