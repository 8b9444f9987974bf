#pragma once

#include <memory>
#include <optional>

#include <callboard/http_server.hpp>

#include "http/pipeline/exchange.hpp"
#include "http/pipeline/middleware.hpp"
#include "http/pipeline/router.hpp"

namespace callboard::http {

/// Everything that the server does with a request between its arrival and its answer; knows nothing
/// of sockets. Used from all server threads at once.
class application {
public:
  /// `jobs` must outlive it; `callbacks` may be null.
  application(const http_options& options, service& jobs, std::shared_ptr<task_callbacks> callbacks,
              std::shared_ptr<const in_flight> shared);

  /// Judges a request by its head, for `handle` to go on from when it is whole. Never throws; null if it
  /// could not.
  std::unique_ptr<screening> screen(request& head, steady_time now) noexcept;

  /// Answers a request, now or later. Never throws.
  void handle(const std::shared_ptr<exchange>& received) noexcept;

  /// The route table.
  const router& routes() const noexcept {
    return router_;
  }

private:
  void dispatch(exchange& received, const responder& back);

  /// Puts the refusal of a method in place of one for key or body, where it has to come first.
  void put_method_first(request& asked, std::optional<response>& refused) const;

  /// Finds out what becomes of the body of a request that may have one.
  void look_at_route(request& head, screening& found) const;

  middleware middleware_;
  const std::shared_ptr<task_callbacks> callbacks_;
  router router_;
};

} // namespace callboard::http
