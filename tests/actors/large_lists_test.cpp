// Lists through the embedding API that are larger than a caller wants to hold, with each store.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "tests/support/temp_dir.hpp"

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

const auto agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");

/// Whether the store is a database.
class LargeLists : public ::testing::TestWithParam<bool> {
protected:
  engine start(engine_options options = {}) {
    auto jobs = GetParam()
                  ? open_sqlite_store({.path = (directory_.path() / "jobs.db").string()}).value()
                  : make_memory_store();
    agent_binding echo;
    echo.info.id = agent_id;
    echo.info.name = "echo";
    echo.runner = make_echo_agent({});
    return engine::start(options, std::move(jobs), {echo}).value();
  }

  static job_ptr finished(engine& running, std::size_t content_bytes) {
    new_job wanted;
    wanted.content = std::string(content_bytes, 'x');
    const auto made = running.jobs().submit(std::move(wanted)).get().value();
    return running.jobs().wait({made->spec->id, {}, {}}, 30s).get().value();
  }

private:
  tests::temp_dir directory_;
};

INSTANTIATE_TEST_SUITE_P(Stores, LargeLists, ::testing::Bool(),
                         [](const auto& of) { return of.param ? "Sqlite" : "Memory"; });

TEST_P(LargeLists, ScheduledJobsArePaged) {
  auto running = start();
  for (const auto* name : {"c", "a", "e", "b", "d"}) {
    schedule_definition wanted;
    wanted.name = name;
    wanted.agent_id = agent_id;
    wanted.interval = std::chrono::hours{1};
    wanted.payload = json_text::from_valid("{}");
    ASSERT_TRUE(running.jobs().schedules().create("default", std::move(wanted)).get());
  }

  std::string names;
  schedule_query query;
  query.organisation = "default";
  query.limit = 2;
  for (;;) {
    const auto page = running.jobs().schedules().list(query).get().value();
    for (const auto& one : page)
      names += one->definition->name;
    names += '|';
    if (page.size() < query.limit)
      break;
    query.after = schedule_place{page.back()->definition->name, page.back()->organisation};
  }

  EXPECT_EQ(names, "ab|cd|e|");
}

TEST_P(LargeLists, PageOfTooMuchTextIsRefused) {
  auto running = start();
  for (int i = 0; i < 3; ++i)
    finished(running, 1000);
  const auto listed = [&](std::size_t limit) {
    job_query query;
    query.limit = limit;
    query.text_bytes_max = 5000;
    return running.jobs().list(query).get();
  };

  EXPECT_EQ(listed(3).error(),
            (error{errc::capacity,
                   "the list holds more than 5000 bytes of text; request fewer jobs at a time"}));
  EXPECT_EQ(listed(2)->jobs.size(), 2U);
}

TEST_P(LargeLists, OldestFinishedMessagesMakeRoom) {
  engine_options options;
  options.held_text_bytes_max = 5000;
  auto running = start(options);
  const auto first = finished(running, 1000);
  finished(running, 1000);

  finished(running, 1000);

  EXPECT_EQ(running.jobs().get({first->spec->id, {}, {}}).get().error().code, errc::not_found);
  const auto health = running.jobs().health().get();
  EXPECT_EQ(health.held_text_bytes, 4 * 1000U + 2 * std::string{"echo: "}.size());
  EXPECT_EQ(running.jobs().list({}).get()->jobs.size(), 2U);
}

} // namespace

} // namespace callboard::actors::test
