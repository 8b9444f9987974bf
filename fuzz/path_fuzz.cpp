// Request targets: each leads to one route at most, what its parameters stand for is what the path
// says, decoded once, and nothing in a query is read past or silently dropped.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.hpp"
#include "http/api/query_reader.hpp"
#include "http/pipeline/api_area.hpp"
#include "http/pipeline/middleware.hpp"
#include "http/pipeline/router.hpp"
#include "text/percent.hpp"

namespace {

using namespace callboard::http;
using callboard::fuzz::require;

const router& routes() {
  static const auto ignore = [](const request&, const responder&) {};
  static const router table{{{method::get, "/api/messaging/jobs/health", ignore},
                             {method::get, "/api/messaging/jobs/:jobId", ignore},
                             {method::post, "/api/messaging/jobs/:jobId/cancel", ignore},
                             {method::get, "/services/agent-jobs/:id", ignore},
                             {method::get, "/organizations/:org/jobs/:id", ignore},
                             {method::get, "/", ignore}}};
  return table;
}

/// Every byte of a text escaped.
std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    made += '%';
    made += digits[byte >> 4];
    made += digits[byte & 15];
  }
  return made;
}

std::string_view view(const std::vector<char>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// Bytes that are anything: decoding undoes escaping, and never makes more of a text.
void check_decoding(std::string_view text) {
  std::vector<char> decoded;
  require(percent_decode(escaped(text), decoded));
  require(view(decoded) == text);
  decoded.clear();
  if (percent_decode(text, decoded))
    require(decoded.size() <= text.size());
}

/// The path written with every byte escaped says the same, whatever slashes are in its segments.
void check_segments(const path_segments& segments) {
  std::string again;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    require(segments[i].find('\0') == std::string_view::npos);
    again += '/' + escaped(segments[i]);
  }
  // A last segment that is empty is taken for a slash at the end.
  const bool ends_empty = segments.size() > 0 && segments[segments.size() - 1].empty();
  const auto parsed = path_segments::parse(again.empty() ? "/" : again);
  require(parsed.has_value());
  require(parsed->size() == segments.size() - (ends_empty ? 1 : 0));
  for (std::size_t i = 0; i < parsed->size(); ++i)
    require((*parsed)[i] == segments[i]);
}

void check_route(request& asked) {
  // What decides about keys must not depend on who looks at the path, or on escapes in it.
  if (asked.path.find('%') == std::string_view::npos)
    require(&area_of(asked.path) == &area_of(asked.segments));
  const auto found = routes().find(asked);
  if (found.found == nullptr)
    return;
  require(found.allow.empty());
  std::size_t next = 0;
  std::string_view pattern = found.found->pattern;
  for (std::size_t i = 0; i < asked.segments.size(); ++i) {
    pattern.remove_prefix(1);
    const auto part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(part.size());
    if (part.starts_with(':'))
      require(!asked.segments[i].empty() && asked.parameters[next++] == asked.segments[i]);
    else
      require(part == asked.segments[i]);
  }
  require(pattern.empty() || pattern == "/");
}

bool has_fault(const query_reader& reader, std::string_view name) {
  for (const auto& fault : reader.faults())
    if (fault.field == "?" + std::string{name} && !fault.message.empty())
      return true;
  return false;
}

void check_query(std::string_view query) {
  const auto parameters = query_parameters(query);
  std::string again;
  for (const auto& [name, value] : parameters) {
    again += '&' + escaped(name) + '=' + escaped(value);
    // A parameter without name and value counts only for who asks for a name that is empty.
    if (name.empty())
      continue;
    const auto first = query_value(query, name);
    require(first.has_value() && query_value(again, name) == first);
  }
  require(query_parameters(again) == parameters);

  constexpr std::array<std::string_view, 3> known{"limit", "from", "status"};
  query_reader reader{query};
  const auto limit = reader.integer("limit", 1, 1000);
  require(!limit || (*limit >= 1 && *limit <= 1000));
  const auto from = reader.time("from");
  const auto status = reader.filled_text("status");
  require(!status || !status->empty());
  reader.refuse_others();
  const std::array<bool, 3> is_read{limit.has_value(), from.has_value(), status.has_value()};
  for (const auto& [name, value] : parameters) {
    bool is_taken = false;
    for (std::size_t i = 0; i < known.size(); ++i)
      is_taken |= name == known[i] && is_read[i];
    require(is_taken != has_fault(reader, name));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  check_decoding(text);
  check_query(text);

  request asked;
  asked.verb = method::get;
  asked.target = text;
  if (const auto refused = read_target(asked)) {
    require(refused->status() == 400 || refused->status() == 404);
    return 0;
  }
  require(asked.segments.size() <= path_segments::count_max);
  check_segments(asked.segments);
  check_route(asked);
  check_query(asked.query);
  return 0;
}
