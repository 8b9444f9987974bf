#include "http/messaging_request.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "http/messaging_json.hpp"
#include "http/percent.hpp"

namespace callboard::http {

namespace {

using nlohmann::json;

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

/// The request's body as a document. What is no JSON body in the first place, none or a form, reads
/// as null, which rule 1 refuses.
tl::expected<json, response> read_document(const request& asked) {
  if (asked.body.empty())
    return json{};
  const auto type = asked.header("Content-Type").value_or("");
  if (!contains_ignoring_case(type, "json")) {
    if (contains_ignoring_case(type, "x-www-form-urlencoded")
        || contains_ignoring_case(type, "multipart"))
      return json{};
    return tl::unexpected<response>{messaging_content_type_error()};
  }
  // The server refused larger bodies before; its limit is not this one's business.
  auto parsed = parse_json(asked.body, {.bytes_max = asked.body.size()});
  if (parsed)
    return std::move(*parsed);
  if (parsed.error().message == nul_in_content)
    return refuse(nul_in_content);
  return tl::unexpected<response>{messaging_fault(400, parsed.error().message)};
}

const json* find(const json& body, const char* name) {
  const auto at = body.find(name);
  return at == body.end() ? nullptr : &*at;
}

/// Rules 2 to 11; the first that fails, or empty.
std::string_view first_broken_rule(const json& body, std::string_view metadata_text) {
  const auto* agent_id = find(body, "agentId");
  if (agent_id != nullptr && !agent_id->is_string())
    return "agentId must be a valid UUID string";
  const auto* user_id = find(body, "userId");
  if (user_id == nullptr || !user_id->is_string())
    return "userId is required and must be a valid UUID string";
  const auto* content = find(body, "content");
  if (content == nullptr || !content->is_string())
    return "content is required and must be a string";
  const auto& text = content->get_ref<const std::string&>();
  if (text.empty())
    return "content cannot be empty";
  if (utf16_length(text) > content_units_max)
    return "content exceeds maximum length of 50000 characters";
  const auto* metadata = find(body, "metadata");
  if (metadata != nullptr && !metadata->is_object())
    return "metadata must be an object";
  if (utf16_length(metadata_text) > metadata_units_max)
    return "metadata exceeds maximum size of 10000 bytes";
  const auto* limit = find(body, "timeoutMs");
  if (limit == nullptr)
    return {};
  if (!limit->is_number() || limit->get<double>() < 0)
    return "timeoutMs must be a positive number";
  if (limit->get<double>() < time_limit_ms_min)
    return "timeoutMs must be at least 1000ms";
  if (limit->get<double>() > time_limit_ms_max)
    return "timeoutMs cannot exceed 300000ms";
  return {};
}

} // namespace

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

tl::expected<new_job, response> read_new_message(const request& asked,
                                                 std::span<const agent_info> agents,
                                                 std::chrono::milliseconds default_time_limit) {
  auto document = read_document(asked);
  if (!document)
    return tl::unexpected<response>{std::move(document.error())};
  const auto& body = *document;
  if (!body.is_object())
    return refuse("Request body must be an object");
  const auto* metadata = find(body, "metadata");
  auto metadata_text = metadata != nullptr ? dump_json(*metadata) : std::string{};
  if (const auto broken = first_broken_rule(body, metadata_text); !broken.empty())
    return refuse(broken);
  new_job job;
  job.kind = job_kind::message;
  job.organisation = asked.organisation;
  job.user_id = body["userId"].get_ref<const std::string&>();
  if (!uuid::parse(job.user_id))
    return refuse("Invalid userId format (must be valid UUID)");
  const auto* agent = find(body, "agentId");
  const std::string agent_text = agent != nullptr ? agent->get<std::string>() : "";
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
  job.content = body["content"].get_ref<const std::string&>();
  job.metadata = json_text::from_valid(std::move(metadata_text));
  job.time_limit = default_time_limit;
  if (const auto* limit = find(body, "timeoutMs"))
    job.time_limit = std::chrono::milliseconds{static_cast<std::int64_t>(limit->get<double>())};
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
