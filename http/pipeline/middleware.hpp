#pragma once

#include <optional>

#include <callboard/http_server.hpp>

#include "http/message/message.hpp"
#include "http/pipeline/api_area.hpp"
#include "http/pipeline/auth.hpp"
#include "http/pipeline/client_limits.hpp"
#include "http/pipeline/cors.hpp"
#include "http/pipeline/exchange.hpp"

namespace callboard::http {

/// What every request passes before its route is looked up. Used from all server threads at once.
class middleware {
public:
  explicit middleware(const http_options& options);

  /// Judges a request by its head; its body may not have come. Completes it (id, path, organisation),
  /// adds what its answer must carry, and gives the answer itself if the request must not go on. In this
  /// order: request id; framing; target and path; room for its connection; origin and host; fields that
  /// must stand once; requests from its address; key; requests with that key; content coding; body size.
  std::optional<response> screen(request& asked, response& every_answer, steady_time now);

  /// The same for a request that was screened when its head had come: counts nothing again.
  /// @param before what was found then; what the answer needs of it is taken out
  std::optional<response> resume(request& asked, response& every_answer, screening& before) const;

private:
  /// Whether all of an area is open, because no key is configured.
  bool is_open(const api_area& where) const noexcept;
  std::optional<response> check_client(request& asked, response& every_answer, steady_time now);
  std::optional<response> check_body(const request& asked, error_form form) const;
  std::optional<response> refuse_unknown(const request& asked, error_form form, steady_time now);

  cors_policy origins_;
  key_ring keys_;
  /// In place of `keys_` where a key is always needed.
  key_ring fallback_keys_;
  client_limits limits_;
  std::size_t body_bytes_max_;
};

/// Splits a request's target into path and query and decodes the path. Gives the answer if it is no
/// target that a server takes.
std::optional<response> read_target(request& asked);

} // namespace callboard::http
