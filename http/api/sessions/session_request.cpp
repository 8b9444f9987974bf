#include "http/api/sessions/session_request.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include <callboard/json_view.hpp>

#include "http/api/messaging/messaging_request.hpp"
#include "http/api/sessions/session_json.hpp"
#include "http/message/sessions_error.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

// The limits of the page.
constexpr std::size_t metadata_units_max = 10'240;
constexpr std::size_t content_units_max = 4000;

constexpr std::string_view bad_timeouts
  = "Invalid timeout configuration: Invalid timeout configuration format";

tl::unexpected<response> refuse(std::string_view text, std::string_view details = {}) {
  return tl::unexpected<response>{session_fault(text, details)};
}

/// Like `null`, which clients write for what is not set.
bool is_given(const std::optional<json_view>& member) {
  return member && !member->is_null();
}

bool is_string(const std::optional<json_view>& member) {
  return member && member->is_string();
}

/// Rule 1 of creation; nothing if both are there.
std::optional<response> refuse_missing(const std::optional<json_view>& agent_id,
                                       const std::optional<json_view>& user_id) {
  std::string missing;
  for (const auto& [name, member] : {std::pair{"agentId", &agent_id}, {"userId", &user_id}}) {
    if (is_string(*member))
      continue;
    if (!missing.empty())
      missing += ',';
    append_string(missing, name);
  }
  if (missing.empty())
    return std::nullopt;
  return session_fault("Missing required fields: agentId, userId",
                       R"({"missingFields":[)" + missing + "]}");
}

/// What is wrong with metadata; empty: nothing.
std::string_view fault_of_metadata(const std::optional<json_view>& metadata) {
  if (!is_given(metadata))
    return {};
  if (!metadata->is_object())
    return "Invalid metadata: Metadata must be an object";
  if (printed_utf16_length(*metadata) > metadata_units_max)
    return "Invalid metadata: Metadata exceeds maximum size of 10240 bytes";
  return {};
}

/// A number, or a string that spells one as JSON does; none for anything else, and if it is too large.
std::optional<double> number_of(json_view value) {
  if (value.is_string()) {
    auto text = value.string();
    const auto read = compact_json(text);
    // Blanks around it are none of it.
    if (!read || read->text() != text || !json_view{*read}.is_number())
      return std::nullopt;
    return number_of(json_view{*read});
  }
  if (!value.is_number())
    return std::nullopt;
  const auto number = value.number();
  return std::isfinite(number) ? std::optional{number} : std::nullopt;
}

/// The members of a `timeoutConfig`; none: its format is wrong.
std::optional<session_timeout_change> read_timeouts(json_view given) {
  if (!given.is_object())
    return std::nullopt;
  session_timeout_change made;
  if (const auto renews = given.find("autoRenew")) {
    if (!renews->is_boolean())
      return std::nullopt;
    made.auto_renew = renews->is_true();
  }
  for (const auto& [name, into] : {std::pair{"timeoutMinutes", &made.timeout},
                                   {"maxDurationMinutes", &made.max_duration},
                                   {"warningThresholdMinutes", &made.warning_threshold}})
    if (const auto member = given.find(name)) {
      const auto minutes = number_of(*member);
      if (!minutes)
        return std::nullopt;
      *into = session_minutes{*minutes};
    }
  return made;
}

/// JavaScript's word for the type of a value that is no string.
std::string_view js_type_of(json_view value) {
  return value.is_number() ? "number" : value.is_boolean() ? "boolean" : "object";
}

tl::expected<message_transport, response> read_transport(const std::optional<json_view>& given) {
  constexpr auto names = std::to_array<std::pair<std::string_view, message_transport>>(
    {{"http", message_transport::http},
     {"sse", message_transport::sse},
     {"websocket", message_transport::websocket},
     {"sync", message_transport::http},
     {"stream", message_transport::sse}});
  if (!is_given(given))
    return message_transport::websocket;
  if (!given->is_string())
    return refuse("Invalid content: Invalid transport type \"" + std::string{js_type_of(*given)}
                  + "\". Transport must be a string.");
  const auto name = given->string();
  for (const auto& [known, transport] : names)
    if (known == name)
      return transport;
  return refuse("Invalid content: Invalid transport \"" + name
                + "\". Must be one of: http, sse, websocket, sync, stream");
}

bool is_list_of_objects(json_view value) {
  if (!value.is_array())
    return false;
  for (json_cursor each{value}; each.next();)
    if (!each.value().is_object())
      return false;
  return true;
}

/// An object with a member `attachments`, in place of one that it may have.
json_text with_attachments(const std::optional<json_view>& metadata, json_view attachments) {
  std::string made = "{";
  if (is_given(metadata))
    for (json_cursor each{*metadata}; each.next();)
      if (!each.is_named("attachments"))
        made.append(each.spelled_name()).append(":").append(each.value().text()).append(",");
  made.append(R"("attachments":)").append(attachments.text()).append("}");
  return json_text::from_valid(std::move(made));
}

/// The metadata that a message is kept with, or what is wrong with it.
tl::expected<json_text, std::string_view> read_message_metadata(
  const std::optional<json_view>& metadata, const std::optional<json_view>& attachments) {
  if (const auto fault = fault_of_metadata(metadata); !fault.empty())
    return tl::unexpected{fault};
  if (!is_given(attachments))
    return is_given(metadata) ? metadata->kept() : json_text{};
  if (!is_list_of_objects(*attachments))
    return tl::unexpected{
      std::string_view{"Invalid content: Attachments must be an array of objects"}};
  auto made = with_attachments(metadata, *attachments);
  if (const auto fault = fault_of_metadata(json_view{made}); !fault.empty())
    return tl::unexpected{fault};
  return made;
}

std::string_view fault_of_content(std::string_view content) {
  if (content.empty())
    return "Invalid content: Content cannot be empty";
  const auto has_nul = content.find('\0') != content.npos;
  if (utf16_length(content) > content_units_max + (has_nul ? 1 : 0))
    return "Invalid content: Content exceeds maximum length of 4000 characters";
  return has_nul ? "Invalid content: Content must not contain NUL characters" : "";
}

/// JSON with another character in place of each escaped NUL, which no JSON that is kept may hold.
std::string without_nuls(std::string_view json) {
  constexpr std::string_view nul = "\\u0000";
  std::string made{json};
  for (std::size_t at = 0; (at = made.find('\\', at)) != made.npos; at += 2)
    if (made.compare(at, nul.size(), nul) == 0)
      made.replace(at, nul.size(), "\\u0001");
  return made;
}

/// The first rule that a message breaks once its session is known; fills it in. Empty: none.
std::string_view complete(new_session_message& into, json_view body) {
  if (const auto fault = fault_of_content(into.content); !fault.empty())
    return fault;
  auto metadata = read_message_metadata(body.find("metadata"), body.find("attachments"));
  if (!metadata)
    return metadata.error();
  into.metadata = std::move(*metadata);
  const auto time_limit = body.find("timeoutMs");
  if (!time_limit)
    return {};
  if (const auto fault = fault_of_time_limit(*time_limit); !fault.empty())
    return fault;
  into.time_limit = time_limit_of(*time_limit);
  return {};
}

} // namespace

tl::expected<new_session, response> read_new_session(const request& asked,
                                                     std::span<const agent_info> agents) {
  const auto document = read_json_body(asked, asked.body);
  if (!document)
    return tl::unexpected<response>{document.error()};
  const json_view body{*document};
  const auto agent_id = body.find("agentId");
  const auto user_id = body.find("userId");
  if (auto refused = refuse_missing(agent_id, user_id))
    return tl::unexpected<response>{std::move(*refused)};
  new_session made;
  made.organisation = asked.organisation;
  made.user_id = user_id->string();
  const auto agent_text = agent_id->string();
  const auto agent = uuid::parse(agent_text);
  if (!agent)
    return refuse("Invalid UUID format for field 'agentId'");
  if (!uuid::parse(made.user_id))
    return refuse("Invalid UUID format for field 'userId'");
  if (std::none_of(agents.begin(), agents.end(),
                   [&](const agent_info& each) { return each.id == *agent; }))
    return tl::unexpected<response>{
      sessions_error(404, "AGENT_NOT_FOUND", "Agent with ID '" + agent_text + "' not found")};
  made.agent_id = *agent;
  const auto metadata = body.find("metadata");
  if (const auto fault = fault_of_metadata(metadata); !fault.empty())
    return refuse(fault);
  if (is_given(metadata))
    made.metadata = metadata->kept();
  if (const auto timeouts = body.find("timeoutConfig"); is_given(timeouts)) {
    const auto read = read_timeouts(*timeouts);
    if (!read)
      return refuse(bad_timeouts);
    made.timeouts = *read;
  }
  return made;
}

tl::expected<session_timeout_change, response> read_timeout_change(const request& asked,
                                                                   const session_limits& limits) {
  const auto document = read_json_body(asked, asked.body);
  if (!document)
    return tl::unexpected<response>{document.error()};
  const auto read = read_timeouts(json_view{*document});
  if (!read)
    return refuse(bad_timeouts);
  if (read->timeout
      && (*read->timeout < limits.timeout_min || *read->timeout > limits.timeout_max)) {
    std::string text = "Invalid timeout configuration: Timeout must be between ";
    append_double(text, limits.timeout_min.count());
    text += " and ";
    append_double(text, limits.timeout_max.count());
    return refuse(text += " minutes");
  }
  return *read;
}

tl::expected<read_message, response> read_session_message(
  const request& asked, std::chrono::milliseconds default_time_limit) {
  constexpr std::string_view bad_format = "Invalid content: Invalid message request format";
  const auto has_nul = has_nul_in_content(asked.body);
  const auto document
    = read_json_body(asked, has_nul ? without_nuls(asked.body) : std::string{asked.body});
  if (!document)
    return tl::unexpected<response>{document.error()};
  const json_view body{*document};
  if (!body.is_object())
    return refuse(bad_format);
  const auto transport = body.find("transport");
  const auto chosen = read_transport(is_given(transport) ? transport : body.find("mode"));
  if (!chosen)
    return tl::unexpected<response>{chosen.error()};
  const auto content = body.find("content");
  if (!is_string(content))
    return refuse(bad_format);
  read_message made;
  made.transport = *chosen;
  made.message.content = content->string();
  made.message.time_limit = default_time_limit;
  if (has_nul)
    made.message.content += '\0';
  if (const auto fault = complete(made.message, body); !fault.empty())
    made.refused = session_fault(fault);
  return made;
}

} // namespace callboard::http
