#include "http/health.hpp"

#include <array>
#include <string>

#include "http/json_writer.hpp"
#include "http/percent.hpp"
#include "http/problem.hpp"

namespace callboard::http {

namespace {

/// One thing that must hold for the server to be ready.
struct check {
  std::string_view name;
  bool holds = false;
  /// The code and the text of the answer if it does not.
  std::string_view code;
  std::string_view detail;
};

using checks = std::array<check, 3>;

checks look(const engine_health& engine, bool is_closing) {
  // Why the store fails stays in the log: it may name files of this machine.
  return {check{"server", !is_closing, "draining", "the server is stopping"},
          check{"engine", !engine.is_draining, "draining", "the engine is stopping"},
          check{"store", engine.store_fault.empty(), "store_failed", "the store fails"}};
}

std::string list(const checks& all) {
  std::string text = "[";
  for (const auto& each : all) {
    if (text.size() > 1)
      text += ',';
    text += R"({"name":)";
    append_string(text, each.name);
    text += each.holds ? R"(,"status":"ok"})" : R"(,"status":"failed"})";
  }
  return text += ']';
}

response report(const checks& all, bool is_verbose) {
  const auto more = is_verbose ? R"(,"checks":)" + list(all) + '}' : std::string{"}"};
  for (const auto& each : all)
    if (!each.holds) {
      auto body = problem(503, each.code, each.detail).take_body();
      body.pop_back();
      response failed{503, body + more, problem_type};
      failed.add_header("Retry-After", "1");
      return failed;
    }
  return response{200, R"({"status":"ok")" + more};
}

} // namespace

std::vector<route> health_routes(service& jobs, std::shared_ptr<const traffic> shared) {
  const auto live = [](const request&, const responder& back) {
    back.send(response{200, R"({"status":"ok"})"});
  };
  const auto ready
    = [&jobs, shared = std::move(shared)](const request& asked, const responder& back) {
        const auto is_verbose = query_value(asked.query, "verbose").has_value();
        jobs.health([back, is_verbose, shared](const engine_health& engine) {
          back.send(report(look(engine, shared->is_closing()), is_verbose));
        });
      };
  return {{method::get, "/livez", live},
          {method::get, "/readyz", ready},
          {method::get, "/healthz", ready}};
}

} // namespace callboard::http
