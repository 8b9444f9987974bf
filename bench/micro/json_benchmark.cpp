#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <callboard/job.hpp>
#include <callboard/json_text.hpp>

#include "bench/job_driver.hpp"
#include "bench/load/requests.hpp"
#include "http/api/messaging/messaging_json.hpp"
#include "http/api/messaging/messaging_request.hpp"

namespace callboard::bench {
namespace {

std::string creation_body(std::size_t content_bytes) {
  request_options options;
  options.content_bytes = content_bytes;
  auto bytes = request_set{endpoint{}, options}.create;
  return bytes.substr(bytes.find("\r\n\r\n") + 4);
}

std::vector<agent_info> one_agent() {
  std::vector<agent_info> agents(1);
  agents.front().id.bytes.fill(1);
  agents.front().name = "echo";
  return agents;
}

/// A job that the echo agent has completed.
job completed_job() {
  auto wanted = sample_job(std::chrono::minutes{5});
  auto spec = std::make_shared<job_spec>();
  spec->id.bytes.fill(2);
  spec->agent_id.bytes.fill(1);
  spec->user_id = wanted.user_id;
  spec->content = wanted.content;
  auto outcome = std::make_shared<job_outcome>();
  outcome->message_id.bytes.fill(3);
  outcome->content = std::make_shared<const std::string>("echo: " + wanted.content);
  job made;
  made.version = 3;
  made.state = job_state::completed;
  made.finished_at = spec->created_at;
  made.spec = std::move(spec);
  made.outcome = std::move(outcome);
  return made;
}

/// The body of a creation, checked, parsed and read by all rules; the argument is the content's length.
void json_read_creation(benchmark::State& state) {
  auto body = creation_body(static_cast<std::size_t>(state.range(0)));
  auto agents = one_agent();
  http::request asked;
  asked.verb = http::method::post;
  asked.headers = {{"Content-Type", "application/json"}};
  asked.body = body;
  asked.body_bytes = body.size();
  for (auto _ : state) {
    auto read = http::read_new_message(asked, agents, std::chrono::seconds{30});
    if (!read)
      state.SkipWithError(read.error().body().c_str());
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(json_read_creation)->Arg(100)->Arg(10'000);

/// The gate alone: limits checked, kept as text.
void json_compact(benchmark::State& state) {
  auto body = creation_body(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(compact_json(body));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(json_compact)->Arg(100)->Arg(10'000);

/// The same, and a document built.
void json_parse(benchmark::State& state) {
  auto body = creation_body(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(parse_json(body));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(json_parse)->Arg(100)->Arg(10'000);

/// A finished job as GET shows it.
void json_write_details(benchmark::State& state) {
  auto shown = completed_job();
  for (auto _ : state)
    benchmark::DoNotOptimize(http::messaging_details(shown));
}
BENCHMARK(json_write_details);

/// The list's page of 50 jobs.
void json_write_list(benchmark::State& state) {
  job_page page;
  page.jobs.assign(50, std::make_shared<const job>(completed_job()));
  page.total = page.matching = page.jobs.size();
  for (auto _ : state)
    benchmark::DoNotOptimize(http::messaging_list(page));
}
BENCHMARK(json_write_list);

} // namespace
} // namespace callboard::bench
