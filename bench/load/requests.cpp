#include "bench/load/requests.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bench/load/job_outcome.hpp"

namespace callboard::bench {

namespace {

constexpr std::string_view jobs_path = "/api/messaging/jobs";
constexpr std::string_view agent_jobs_path = "/services/agent-jobs";
/// Who asks, in every request; any UUID will do.
constexpr std::string_view user_id = "3f0b7a52-6f0e-4f3c-9d1b-6a2f1c8e5d47";

constexpr std::string_view sessions_path = "/api/messaging/sessions";

constexpr std::array<std::string_view, 6> scenario_names{"create", "get",   "create+wait",
                                                         "list",   "mixed", "session"};
static_assert(scenario_names.size() == static_cast<std::size_t>(scenario::session) + 1);

/// Shares of `mixed`, of 20.
constexpr std::uint64_t mixed_parts = 20;
constexpr std::uint64_t mixed_creates = 4;
constexpr std::uint64_t mixed_waits = 1;
constexpr std::uint64_t mixed_lists = 1;

/// Words rather than one letter over and over, in case a server compresses or looks at texts.
std::string prose(std::size_t bytes) {
  constexpr std::string_view words = "the quick brown fox jumps over the lazy dog and ";
  std::string text;
  text.reserve(bytes);
  while (text.size() < bytes)
    text.append(words.substr(0, bytes - text.size()));
  return text;
}

} // namespace

std::string_view to_string(scenario kind) noexcept {
  return scenario_names[static_cast<std::size_t>(kind)];
}

std::optional<scenario> parse_scenario(std::string_view name) noexcept {
  for (std::size_t i = 0; i < scenario_names.size(); ++i)
    if (scenario_names[i] == name)
      return static_cast<scenario>(i);
  return std::nullopt;
}

request_set::request_set(const endpoint& where, request_options options)
  : where_(where), options_(std::move(options)) {
  create = post("");
  create_wait = post("Prefer: wait=" + std::to_string(options_.wait_seconds) + "\r\n");
  list = get(std::string{jobs_path} + "?limit=" + std::to_string(options_.page_size));
}

void request_set::add_gets(const std::vector<std::string>& job_ids) {
  for (const auto& id : job_ids)
    gets.push_back(get_job(id));
}

std::string request_set::get_job(std::string_view id) const {
  return get(std::string{jobs_path}.append("/").append(id));
}

std::string request_set::get(std::string_view path) const {
  std::string text = "GET ";
  text.append(path).append(" HTTP/1.1\r\nHost: ").append(where_.authority()).append("\r\n");
  if (!options_.key.empty())
    text.append("Authorization: Bearer ").append(options_.key).append("\r\n");
  return text.append("\r\n");
}

std::string request_set::agent_job_body() const {
  return std::string{R"({"job_type_id":")"}
    .append(options_.job_type_id)
    .append(R"(","target_channel":{"platform":"bench","code":"bench"},)")
    .append(R"("config":{"start_prompt":")")
    .append(prose(options_.content_bytes))
    .append(R"("}})");
}

std::string request_set::message_body() const {
  auto body = std::string{R"({"userId":")"}.append(user_id).append(R"(",)");
  if (!options_.agent_id.empty())
    body.append(R"("agentId":")").append(options_.agent_id).append(R"(",)");
  body.append(R"("timeoutMs":)").append(std::to_string(options_.time_limit_ms));
  return body.append(R"(,"content":")").append(prose(options_.content_bytes)).append(R"("})");
}

std::string request_set::post(std::string_view extra_fields) const {
  return options_.job_type_id.empty() ? post_to(jobs_path, extra_fields, message_body())
                                      : post_to(agent_jobs_path, extra_fields, agent_job_body());
}

std::string request_set::post_to(std::string_view path, std::string_view extra_fields,
                                 const std::string& body) const {
  std::string text = "POST ";
  text.append(path).append(" HTTP/1.1\r\nHost: ").append(where_.authority()).append("\r\n");
  text.append("Content-Type: application/json\r\n");
  if (!options_.key.empty())
    text.append("Authorization: Bearer ").append(options_.key).append("\r\n");
  text.append(extra_fields);
  text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

void request_set::add_sessions(const std::vector<std::string>& session_ids) {
  // As many characters as a session takes.
  constexpr std::size_t content_bytes_max = 4000;
  const auto body = std::string{R"({"transport":"http","timeoutMs":)"}
                      .append(std::to_string(options_.time_limit_ms))
                      .append(R"(,"content":")")
                      .append(prose(std::min(options_.content_bytes, content_bytes_max)))
                      .append(R"("})");
  for (const auto& id : session_ids)
    messages.push_back(post_to(std::string{sessions_path} + "/" + id + "/messages", "", body));
}

std::string request_set::create_session(std::string_view agent_id) const {
  return post_to(sessions_path, "",
                 std::string{R"({"agentId":")"}
                   .append(agent_id)
                   .append(R"(","userId":")")
                   .append(user_id)
                   .append(R"("})"));
}

request_sequence::request_sequence(const request_set& set, scenario kind, std::uint64_t seed)
  // The generator stays at 0 for ever once it is there.
  : set_(set), kind_(kind), state_(((seed + 1) * 0x9e3779b97f4a7c15ULL) | 1), recent_(set.gets) {
  if (kind_ == scenario::session)
    session_ = random() % set_.messages.size();
}

void request_sequence::learn(std::string_view body) {
  const auto id = kind_ == scenario::mixed ? job_id_in(body) : std::string_view{};
  if (id.empty() || recent_.empty())
    return;
  recent_[oldest_] = set_.get_job(id);
  oldest_ = (oldest_ + 1) % recent_.size();
}

std::uint64_t request_sequence::random() noexcept {
  // xorshift64: a few cycles, good enough to spread requests.
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_ >> 16;
}

std::string_view request_sequence::any_get() noexcept {
  return recent_[random() % recent_.size()];
}

std::string_view request_sequence::next() noexcept {
  switch (kind_) {
    case scenario::create:
      return set_.create;
    case scenario::create_wait:
      return set_.create_wait;
    case scenario::list:
      return set_.list;
    case scenario::get:
      return any_get();
    case scenario::session:
      // One after the other, so that few messages meet in one session.
      session_ = (session_ + 1) % set_.messages.size();
      return set_.messages[session_];
    case scenario::mixed:
      break;
  }
  auto part = random() % mixed_parts;
  if (part < mixed_creates)
    return set_.create;
  if (part < mixed_creates + mixed_waits)
    return set_.create_wait;
  if (part < mixed_creates + mixed_waits + mixed_lists)
    return set_.list;
  return any_get();
}

} // namespace callboard::bench
