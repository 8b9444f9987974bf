#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message/message.hpp"
#include "http/pipeline/exchange.hpp"

namespace callboard::http {

/// Answers a request, now or later. Exceptions become 500.
using handler = std::function<void(const request&, responder)>;

/// One row of the route table.
struct route {
  method verb;
  /// Literal segments and `:names` of parameters: "/api/messaging/jobs/:jobId". A constant.
  std::string_view pattern;
  handler run;
};

/// Finds the route of a request.
class router {
public:
  /// What was found.
  struct finding {
    /// Null: there is no such path, or not with this method.
    const route* found = nullptr;
    /// The methods that the path has, as `Allow` lists them; empty: there is no such path. Only set
    /// if nothing was found.
    std::string allow;
  };

  /// Of two routes that match a path the first one counts: literals before parameters.
  explicit router(std::vector<route> routes);

  /// The route of a request; sets the request's parameters. A HEAD finds the route of a GET.
  finding find(request& asked) const;

  /// The table, for tests that go through all of it.
  const std::vector<route>& routes() const noexcept {
    return routes_;
  }

private:
  using pattern = std::vector<std::string_view>;

  std::string allowed_methods(const path_segments& path) const;

  std::vector<route> routes_;
  /// The segments of each route's pattern.
  std::vector<pattern> patterns_;
};

} // namespace callboard::http
