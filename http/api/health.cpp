#include "http/api/health.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "http/message/error_form.hpp"
#include "http/message/problem.hpp"
#include "text/json_writer.hpp"
#include "text/percent.hpp"

namespace callboard::http {

namespace {

/// One thing that must hold for the server to be ready.
struct check {
  std::string_view name;
  bool holds = false;
  /// The code and the text of the answer if it does not.
  std::string_view code;
  std::string_view detail;
  /// More of why it does not, as far as it is everybody's business; may be empty.
  std::string reason = {};
};

using checks = std::array<check, 3>;

/// Characters that end a word of a text that may hold a path.
constexpr std::string_view word_ends = " \t\r\n\"'()";

/// A text without the paths of this machine in it: each word with a slash or backslash is `(path)`.
std::string without_paths(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(word_ends), text.size());
    const auto word = text.substr(0, end);
    const bool is_path = word.find_first_of("/\\") != word.npos;
    made += is_path ? (word.ends_with(':') ? "(path):" : "(path)") : word;
    if (end < text.size())
      made += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

checks look(const engine_health& engine, bool is_closing) {
  return {check{"server", !is_closing, "draining", "the server is stopping"},
          check{"engine", !engine.is_draining, "draining", "the engine is stopping"},
          check{"store", engine.store_fault.empty(), "store_failed", "the store fails",
                without_paths(engine.store_fault)}};
}

std::string list(const checks& all) {
  std::string text = "[";
  for (const auto& each : all) {
    if (text.size() > 1)
      text += ',';
    text += R"({"name":)";
    append_string(text, each.name);
    text += each.holds ? R"(,"status":"ok")" : R"(,"status":"failed")";
    if (!each.holds && !each.reason.empty()) {
      text += R"(,"reason":)";
      append_string(text, each.reason);
    }
    text += '}';
  }
  return text += ']';
}

/// The checks, and what stands in the way of scheduled jobs. All others run, so that is no reason to take
/// the server for unready.
std::string list(const checks& all, const std::vector<schedule_block>& blocks) {
  auto text = list(all);
  if (blocks.empty())
    return text;
  std::string reason;
  for (const auto& block : blocks)
    reason.append(reason.empty() ? "" : "; ")
      .append(block.cause)
      .append(" (jobs: " + std::to_string(block.jobs) + ')');
  text.pop_back();
  text += R"(,{"name":"schedules","status":"warning","reason":)";
  append_string(text, reason);
  return text += "}]";
}

response report(const checks& all, bool is_verbose, const std::vector<schedule_block>& blocks) {
  const auto more = is_verbose ? R"(,"checks":)" + list(all, blocks) + '}' : std::string{"}"};
  for (const auto& each : all)
    if (!each.holds) {
      auto body = problem(503, each.code, each.detail).take_body();
      body.pop_back();
      response failed{503, body + more, problem_type};
      failed.add_header("Retry-After", retry_after_seconds);
      return failed;
    }
  return response{200, R"({"status":"ok")" + more};
}

} // namespace

std::vector<route> health_routes(service& jobs, std::shared_ptr<const in_flight> shared) {
  const auto live = [](const request&, const responder& back) {
    back.send(response{200, R"({"status":"ok"})"});
  };
  const auto ready
    = [&jobs, shared = std::move(shared)](const request& asked, const responder& back) {
        const auto is_verbose = query_value(asked.query, "verbose").has_value();
        jobs.health([back, is_verbose, shared](const engine_health& engine) {
          back.send(report(look(engine, shared->is_closing()), is_verbose, engine.schedule_blocks));
        });
      };
  return {{method::get, "/livez", live},
          {method::get, "/readyz", ready},
          {method::get, "/healthz", ready}};
}

} // namespace callboard::http
