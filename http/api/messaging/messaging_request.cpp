#include "http/api/messaging/messaging_request.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <callboard/json_view.hpp>

#include "http/api/messaging/messaging_json.hpp"
#include "http/message/messaging_error.hpp"
#include "text/percent.hpp"

namespace callboard::http {

namespace {

// The limits of the page.
constexpr std::size_t content_units_max = 50'000;
constexpr std::size_t metadata_units_max = 10'000;
constexpr double time_limit_ms_min = 1000;
constexpr double time_limit_ms_max = 300'000;
constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 1000;

constexpr std::string_view nul_in_content = "content must not contain NUL characters";

tl::unexpected<response> refuse(std::string_view text, int status = 400) {
  return tl::unexpected<response>{messaging_error(status, text)};
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) {
                       return equals_ignoring_case({&a, 1}, {&b, 1});
                     })
         != text.end();
}

/// The request's body. A NUL in the content has a text of its own.
tl::expected<json_text, response> read_body(const request& asked) {
  auto read = read_json_body(asked, asked.body);
  if (!read && has_nul_in_content(asked.body))
    return refuse(nul_in_content);
  return read;
}

/// The members that the page knows, as far as they are there.
struct message_members {
  std::optional<json_view> agent_id;
  std::optional<json_view> user_id;
  std::optional<json_view> content;
  std::optional<json_view> metadata;
  std::optional<json_view> time_limit;

  explicit message_members(json_view body) {
    for (json_cursor each{body}; each.next();) {
      if (each.is_named("content"))
        content = each.value();
      else if (each.is_named("userId"))
        user_id = each.value();
      else if (each.is_named("agentId"))
        agent_id = each.value();
      else if (each.is_named("timeoutMs"))
        time_limit = each.value();
      else if (each.is_named("metadata"))
        metadata = each.value();
    }
  }
};

/// Rule 1. JSON that came as a form was read as none at all: its sender sees an object in it.
response refuse_no_object(const request& asked) {
  constexpr std::string_view text = "Request body must be an object";
  constexpr std::string_view hint
    = "send JSON as Content-Type: application/json, not as a form (curl: -H 'Content-Type: "
      "application/json')";
  const auto is_form = !contains_ignoring_case(asked.header("Content-Type").value_or(""), "json");
  const auto begin = asked.body.find_first_not_of(" \t\r\n");
  const auto looks_right = begin != std::string_view::npos && asked.body[begin] == '{';
  return is_form && looks_right ? messaging_error(400, text, {"hint", hint})
                                : messaging_error(400, text);
}

/// Rules 2 to 11; the first that fails, or empty.
/// @param text the content, if it is a string.
std::string_view first_broken_rule(const message_members& body, std::string_view text) {
  if (body.agent_id && !body.agent_id->is_string())
    return "agentId must be a valid UUID string";
  if (!body.user_id || !body.user_id->is_string())
    return "userId is required and must be a valid UUID string";
  if (!body.content || !body.content->is_string())
    return "content is required and must be a string";
  if (text.empty())
    return "content cannot be empty";
  if (utf16_length(text) > content_units_max)
    return "content exceeds maximum length of 50000 characters";
  if (body.metadata && !body.metadata->is_object())
    return "metadata must be an object";
  if (body.metadata && printed_utf16_length(*body.metadata) > metadata_units_max)
    return "metadata exceeds maximum size of 10000 bytes";
  if (body.time_limit)
    return fault_of_time_limit(*body.time_limit);
  return {};
}

/// How many UTF-16 code units an escape has once it is spelled as briefly as JSON allows.
std::size_t brief_length(char escaped, int code_unit) noexcept {
  if (escaped != 'u')
    return escaped == '/' ? 1 : 2;
  constexpr std::string_view with_short_escape = "\"\\\b\f\n\r\t";
  if (code_unit < 0x80
      && with_short_escape.find(static_cast<char>(code_unit)) != std::string_view::npos)
    return 2;
  return code_unit < 0x20 ? 6 : 1;
}

} // namespace

tl::expected<json_text, response> read_json_body(const request& asked, std::string_view body) {
  if (body.empty())
    return json_text{};
  const auto type = asked.header("Content-Type").value_or("");
  if (!contains_ignoring_case(type, "json")) {
    if (contains_ignoring_case(type, "x-www-form-urlencoded")
        || contains_ignoring_case(type, "multipart"))
      return json_text{};
    return tl::unexpected<response>{messaging_content_type_error()};
  }
  // The server refused larger bodies before; its limit is not this one's business.
  auto read = compact_json(body, {.bytes_max = body.size()});
  if (read)
    return *std::move(read);
  return tl::unexpected<response>{messaging_fault(400, read.error().message)};
}

bool has_nul_in_content(std::string_view body) {
  const auto read = compact_json(body, {.bytes_max = body.size()});
  return !read && read.error().message == nul_in_content;
}

std::string_view fault_of_time_limit(json_view given) {
  const auto limit_ms = given.is_number() ? given.number() : -1;
  if (limit_ms < 0)
    return "timeoutMs must be a positive number";
  if (limit_ms < time_limit_ms_min)
    return "timeoutMs must be at least 1000ms";
  if (limit_ms > time_limit_ms_max)
    return "timeoutMs cannot exceed 300000ms";
  return {};
}

std::chrono::milliseconds time_limit_of(json_view given) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(given.number())};
}

std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // Each sequence counts at its first byte; those of four bytes are surrogate pairs.
    units += (byte & 0xC0) != 0x80 ? 1 : 0;
    units += byte >= 0xF0 ? 1 : 0;
  }
  return units;
}

std::size_t printed_utf16_length(json_view value) noexcept {
  auto rest = value.text();
  std::size_t units = 0;
  for (;;) {
    const auto escape = std::min(rest.find('\\'), rest.size());
    units += utf16_length(rest.substr(0, escape));
    rest.remove_prefix(escape);
    if (rest.empty())
      return units;
    int code_unit = 0;
    if (rest[1] == 'u')
      std::from_chars(rest.data() + 2, rest.data() + 6, code_unit, 16);
    units += brief_length(rest[1], code_unit);
    rest.remove_prefix(rest[1] == 'u' ? 6 : 2);
  }
}

tl::expected<new_job, response> read_new_message(const request& asked,
                                                 std::span<const agent_info> agents,
                                                 std::chrono::milliseconds default_time_limit) {
  const auto document = read_body(asked);
  if (!document)
    return tl::unexpected<response>{document.error()};
  if (!json_view{*document}.is_object())
    return tl::unexpected<response>{refuse_no_object(asked)};
  const message_members body{json_view{*document}};
  new_job job;
  if (body.content && body.content->is_string())
    job.content = body.content->string();
  if (const auto broken = first_broken_rule(body, job.content); !broken.empty())
    return refuse(broken);
  job.kind = job_kind::message;
  job.organisation = asked.organisation;
  job.user_id = body.user_id->string();
  if (!uuid::parse(job.user_id))
    return refuse("Invalid userId format (must be valid UUID)");
  const auto agent_text = body.agent_id ? body.agent_id->string() : std::string{};
  if (!agent_text.empty()) {
    job.agent_id = uuid::parse(agent_text);
    if (!job.agent_id)
      return refuse("Invalid agentId format (must be valid UUID)");
  }
  if (agents.empty() && !job.agent_id)
    return refuse("No agents available on server", 404);
  if (job.agent_id && std::none_of(agents.begin(), agents.end(), [&](const agent_info& each) {
        return each.id == *job.agent_id;
      }))
    return refuse("Agent " + agent_text + " not found", 404);
  if (body.metadata)
    job.metadata = body.metadata->kept();
  job.time_limit = default_time_limit;
  if (body.time_limit)
    job.time_limit = time_limit_of(*body.time_limit);
  return job;
}

std::vector<job_state> read_status_filter(std::string_view query) {
  const auto status = query_value(query, "status");
  if (!status)
    return {};
  std::vector<job_state> states;
  for (std::size_t i = 0; i < job_state_count; ++i)
    if (messaging_status(static_cast<job_state>(i)) == *status)
      states.push_back(static_cast<job_state>(i));
  return states;
}

std::size_t read_limit(std::string_view query) {
  const auto text = query_value(query, "limit").value_or("");
  const auto from = text.find_first_not_of(" \t\r\n\f\v");
  if (from == std::string::npos)
    return limit_default;
  std::size_t limit = 0;
  for (auto at = from + (text[from] == '+' ? 1 : 0); at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9')
      break;
    limit = std::min(limit * 10 + static_cast<std::size_t>(text[at] - '0'), limit_max);
  }
  return limit == 0 ? limit_default : limit;
}

} // namespace callboard::http
