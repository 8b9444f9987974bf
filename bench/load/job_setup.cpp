#include "bench/load/job_setup.hpp"

#include <thread>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

namespace callboard::bench {

namespace {

constexpr int created = 201;
constexpr int ok = 200;
/// Often enough that a load's tail is timed to a few thousandths of it, seldom enough not to be load.
constexpr std::chrono::milliseconds idle_poll_interval{5};

/// The answer's JSON object, if its status is the wanted one.
result<nlohmann::json> object_of(const result<http_answer>& answer, int wanted) {
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->status != wanted)
    return fail(errc::unavailable,
                "the server answered " + std::to_string(answer->status) + ": " + answer->body);
  auto document = parse_json(answer->body);
  if (!document)
    return tl::unexpected(document.error());
  if (!document->is_object())
    return fail(errc::unavailable, "the server's answer is not an object: " + answer->body);
  return document;
}

std::size_t count_of(const nlohmann::json& counts, const char* state) {
  auto found = counts.find(state);
  return found != counts.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

} // namespace

result<std::vector<std::string>> make_finished_jobs(http_client& client,
                                                    const request_set& requests,
                                                    std::size_t count) {
  std::vector<std::string> ids;
  while (ids.size() < count) {
    auto document = object_of(client.call(requests.create_wait), created);
    if (!document)
      return tl::unexpected(document.error());
    auto id = document->find("jobId");
    if (id == document->end() || !id->is_string())
      return fail(errc::unavailable, "the server's answer to a creation has no jobId");
    const auto status = document->find("status");
    if (status != document->end() && (*status == "failed" || *status == "timeout"))
      return fail(errc::unavailable, "a job that was to be read has failed: " + document->dump());
    ids.push_back(id->get<std::string>());
  }
  return ids;
}

result<std::vector<std::string>> make_sessions(http_client& client, const request_set& requests,
                                               std::size_t count) {
  auto agent_id = requests.agent_id();
  if (agent_id.empty()) {
    auto document = object_of(client.call(requests.get("/api/agents")), ok);
    if (!document)
      return tl::unexpected(document.error());
    const auto first = nlohmann::json::json_pointer{"/data/agents/0/id"};
    if (!document->contains(first) || !document->at(first).is_string())
      return fail(errc::unavailable, "the server has no agent");
    agent_id = document->at(first).get<std::string>();
  }
  std::vector<std::string> ids;
  while (ids.size() < count) {
    auto document = object_of(client.call(requests.create_session(agent_id)), created);
    if (!document)
      return tl::unexpected(document.error());
    auto id = document->find("sessionId");
    if (id == document->end() || !id->is_string())
      return fail(errc::unavailable, "the server's answer to a creation has no sessionId");
    ids.push_back(id->get<std::string>());
  }
  return ids;
}

result<job_counts> count_jobs(http_client& client, const request_set& requests) {
  auto document = object_of(client.call(requests.get("/api/messaging/jobs/health")), ok);
  if (!document)
    return tl::unexpected(document.error());
  auto counts = document->find("statusCounts");
  if (counts == document->end() || !counts->is_object())
    return fail(errc::unavailable, "the server's health has no statusCounts");
  return job_counts{.live = count_of(*counts, "pending") + count_of(*counts, "processing"),
                    .completed = count_of(*counts, "completed"),
                    .failed = count_of(*counts, "failed") + count_of(*counts, "timeout")};
}

result<std::chrono::nanoseconds> wait_until_idle(http_client& client, const request_set& requests,
                                                 std::chrono::milliseconds limit) {
  auto start = std::chrono::steady_clock::now();
  while (true) {
    auto counts = count_jobs(client, requests);
    if (!counts)
      return tl::unexpected(counts.error());
    auto waited = std::chrono::steady_clock::now() - start;
    if (counts->live == 0)
      return waited;
    if (waited > limit)
      return fail(errc::unavailable, std::to_string(counts->live) + " jobs are still live");
    std::this_thread::sleep_for(idle_poll_interval);
  }
}

} // namespace callboard::bench
