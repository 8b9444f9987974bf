#include "http/pipeline/exchange.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "http/message/problem.hpp"
#include "http/pipeline/log_rule.hpp"
#include "http/pipeline/middleware.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using http::in_flight;
using http::responder;
using http::response;

std::shared_ptr<test_exchange> received(std::shared_ptr<in_flight> shared) {
  auto made = std::make_shared<test_exchange>(sample_request{}, std::move(shared));
  made->begin();
  return made;
}

TEST(Exchange, FirstAnswerCounts) {
  const auto shared = std::make_shared<in_flight>();
  const auto asked = received(shared);
  EXPECT_EQ(shared->count(), 1u);

  asked->answer(response{200, "1"});
  asked->answer(response{200, "2"});
  asked->answer_later(1, [] { return response{200, "3"}; });

  EXPECT_EQ(asked->answered().body, "1");
  EXPECT_EQ(shared->count(), 0u);
  EXPECT_FALSE(asked->is_released());
}

TEST(Exchange, DroppedUnansweredGets500) {
  const auto shared = std::make_shared<in_flight>();
  auto asked = received(shared);
  const auto written = asked->written();

  {
    const responder first{asked};
    const auto second = first;
    asked.reset();
    EXPECT_FALSE(written->has_value());
  }

  ASSERT_TRUE(written->has_value());
  EXPECT_EQ(take_apart(**written).status, 500);
  EXPECT_EQ(take_apart(**written).header("Content-Type"), "application/problem+json");
  EXPECT_EQ(shared->count(), 0u);
}

TEST(Exchange, AnswerThatCannotBeMadeIs500) {
  const auto asked = received(std::make_shared<in_flight>());

  asked->answer_later(1, []() -> response { throw std::runtime_error{"no"}; });

  EXPECT_EQ(asked->answered().status, 500);
}

TEST(Exchange, ListBeyondTheRoomForUnreadOnesIs503InTheFormOfItsApi) {
  struct row {
    std::string target;
    std::size_t said;
    std::size_t made;
    int status;
    std::string type;
  };
  const row table[] = {
    {"/", 20'000, 20'000, 200, "application/json"},
    {"/", 30'001, 20'000, 503, "application/problem+json"},
    {"/", 20'000, 30'001, 503, "application/problem+json"},
    {"/api/messaging/jobs", 30'001, 1, 503, "application/json"},
    {"/api/jobs", 20'000, 30'001, 503, "application/problem+json"},
    {"/", 1, 10'000, 200, "application/json"},
  };
  for (const auto& each : table) {
    const auto shared = std::make_shared<in_flight>(nullptr, 30'000);
    const auto asked
      = std::make_shared<test_exchange>(sample_request{.target = each.target}, shared);
    asked->begin();
    ASSERT_FALSE(http::read_target(asked->received()));

    asked->answer_later(each.said, [&] { return response{200, std::string(each.made, 'x')}; });

    const auto answer = asked->answered();
    EXPECT_EQ(answer.status, each.status) << each.target << each.said;
    EXPECT_EQ(answer.header("Content-Type"), each.type);
    EXPECT_EQ(answer.header("Retry-After"), each.status == 503 ? "1" : "");
  }
}

TEST(Exchange, OnlyLargeListsAreMadeAside) {
  for (const auto bytes : {std::size_t{0}, std::size_t{64 * 1024}, std::size_t{64 * 1024 + 1}}) {
    const auto asked = received(std::make_shared<in_flight>());

    asked->answer_later(bytes, [] { return response{200, "list"}; });

    EXPECT_EQ(asked->answered().body, "list");
    EXPECT_EQ(asked->was_long(), bytes > 64 * 1024) << bytes;
  }
}

/// A body of so many items of a size, and how many of them have been printed.
http::body_portions items(std::size_t count, std::size_t bytes, std::size_t* printed = nullptr) {
  return [=, done = std::size_t{0}](std::string& to) mutable {
    to.append(bytes, static_cast<char>('a' + done % 26));
    if (printed != nullptr)
      *printed = done + 1;
    return ++done < count;
  };
}

std::string text_of(std::size_t count, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text.append(bytes, static_cast<char>('a' + i % 26));
  return text;
}

constexpr std::size_t portion_bytes = 256 * 1024;

// A list of 140 scheduled jobs with payloads of 2 MiB was larger than all that may be unread, and
// refused for ever.
TEST(Exchange, ListInPortionsMayBeLargerThanTheRoomForUnreadOnes) {
  struct row {
    std::size_t count;
    std::size_t bytes;
    std::size_t portions;
  };
  const row table[] = {
    {1, 0, 0},
    {1, 10, 0},
    {3, 50'000, 0},
    {1, 3'000'000, 0},
    {2, portion_bytes, 1},
    {3, portion_bytes - 1, 1},
    {100, 100'000, 33},
    {20, 2'000'000, 19},
  };
  for (const auto& [count, bytes, portions] : table) {
    const auto shared = std::make_shared<in_flight>(nullptr, 4'000'000);
    const auto asked = received(shared);

    asked->answer_in_portions(1, response{200, {}}, items(count, bytes));

    const auto answer = asked->answered();
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body == text_of(count, bytes)) << count << " x " << bytes;
    EXPECT_EQ(asked->portion_count(), portions) << count << " x " << bytes;
    EXPECT_LE(asked->largest_portion(), portion_bytes + bytes + 1000);
    EXPECT_EQ(answer.header("Content-Length"),
              portions == 0 ? std::to_string(count * bytes) : std::string{});
    EXPECT_EQ(answer.header("Transfer-Encoding"), portions == 0 ? "" : "chunked");
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(shared->count(), 0U);
  }
}

TEST(Exchange, OldClientsGetAListInPortionsUntilTheConnectionEnds) {
  const auto asked = std::make_shared<test_exchange>(sample_request{.version = 10});
  asked->begin();

  asked->answer_in_portions(1, response{200, {}}, items(2, portion_bytes));

  const auto& written = **asked->written();
  EXPECT_TRUE(written.closes);
  EXPECT_EQ(written.head.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(written.head.find("Content-Length"), std::string::npos);
  EXPECT_NE(written.head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(written.head.ends_with("\r\n\r\n" + text_of(2, portion_bytes)));
}

TEST(Exchange, HeadOfAListInPortionsHasNoBody) {
  const auto asked = std::make_shared<test_exchange>(sample_request{.method = "HEAD"});
  asked->begin();
  ASSERT_FALSE(http::read_target(asked->received()));
  std::size_t printed = 0;

  asked->answer_in_portions(1, response{200, {}}, items(100, portion_bytes, &printed));

  EXPECT_EQ(asked->answered().header("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(asked->answered().body.empty());
  EXPECT_EQ(printed, 1U);
}

TEST(Exchange, ListInPortionsEndsWithItsConnection) {
  const auto shared = std::make_shared<in_flight>();
  const auto asked = received(shared);
  asked->portions_max = 2;
  std::size_t printed = 0;

  asked->answer_in_portions(1, response{200, {}}, items(100, portion_bytes, &printed));

  EXPECT_FALSE(asked->is_answered());
  EXPECT_TRUE(asked->is_released());
  EXPECT_EQ(printed, 2U);
  EXPECT_EQ(shared->count(), 0U);
}

TEST(Exchange, PortionThatCannotBePrintedEndsTheConnection) {
  const auto failing_after = [](std::size_t good) {
    return [=, done = std::size_t{0}](std::string& to) mutable -> bool {
      if (done++ == good)
        throw std::runtime_error{"no"};
      to.append(portion_bytes, 'x');
      return true;
    };
  };
  const auto first = received(std::make_shared<in_flight>());
  const auto shared = std::make_shared<in_flight>();
  const auto third = received(shared);

  first->answer_in_portions(1, response{200, {}}, failing_after(0));
  third->answer_in_portions(1, response{200, {}}, failing_after(2));

  EXPECT_EQ(first->answered().status, 500);
  EXPECT_FALSE(third->is_answered());
  EXPECT_TRUE(third->is_released());
  EXPECT_EQ(shared->count(), 0U);
}

TEST(Exchange, ListInPortionsIsRefusedWhenThereIsNoRoomForItsFirst) {
  const auto shared = std::make_shared<in_flight>(nullptr, 30'000);
  const auto held = shared->gate().admit(30'000, http::backpressure::importance::must_go_out);
  const auto asked = received(shared);

  asked->answer_in_portions(1, response{200, {}}, items(2, portion_bytes));

  EXPECT_EQ(asked->answered().status, 503);
}

TEST(Exchange, JobBeyondTheRoomForUnreadAnswersIsAnswered) {
  const auto shared = std::make_shared<in_flight>(nullptr, 30'000);
  const auto asked = received(shared);

  asked->answer(response{200, std::string(30'001, 'x')});

  EXPECT_EQ(asked->answered().status, 200);
  EXPECT_EQ(shared->gate().bytes(), 30'001U) << "counts until its bytes are gone";
}

TEST(Exchange, AbandonedOneIsReleasedAndNeverAnswered) {
  const auto shared = std::make_shared<in_flight>();
  const auto asked = received(shared);

  shared->abandon_all();
  asked->answer(response{200});

  EXPECT_TRUE(asked->is_released());
  EXPECT_FALSE(asked->is_answered());
  EXPECT_EQ(shared->count(), 0u);
}

TEST(Exchange, AbandonedOneMayOutliveTheServer) {
  // Symptom: the service kept a callback, and letting go of it later touched the server that was gone.
  auto shared = std::make_shared<in_flight>();
  auto asked = received(shared);
  const auto written = asked->written();

  shared->abandon_all();
  shared.reset();
  asked.reset();

  EXPECT_FALSE(written->has_value());
}

TEST(Exchange, TooLateOneGets504) {
  const auto shared = std::make_shared<in_flight>();
  const auto old = received(shared);
  const auto limit = std::chrono::steady_clock::now();
  const auto young = received(shared);

  shared->expire(limit);

  EXPECT_EQ(old->answered().status, 504);
  EXPECT_FALSE(young->is_answered());
}

TEST(Exchange, HeadIsAnsweredWithTheLengthButNotTheBody) {
  const auto asked = std::make_shared<test_exchange>(sample_request{.method = "HEAD"});
  asked->begin();

  asked->answer(response{200, "12345"});

  EXPECT_EQ(asked->answered().header("Content-Length"), "5");
  EXPECT_EQ((*asked->written())->body, "");
}

TEST(Exchange, AnswerClosesTheConnectionWhileTheServerStops) {
  const auto shared = std::make_shared<in_flight>();
  const auto asked = received(shared);

  shared->begin_closing();
  asked->answer(response{200});

  EXPECT_EQ(asked->answered().header("Connection"), "close");
  EXPECT_TRUE((*asked->written())->closes);
}

TEST(Exchange, LogIsToldOfTheAnswer) {
  std::vector<std::string> told;
  const auto shared
    = std::make_shared<in_flight>([&](const http_log_entry&) { told.emplace_back(); });
  const auto asked = std::make_shared<test_exchange>(sample_request{.target = "/a?b"}, shared);
  asked->begin();
  asked->received().id = "r-1";
  asked->received().key_name = "ci";

  asked->answer(response{404});

  const auto record = (*asked->written())->record;
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->request_id, "r-1");
  EXPECT_EQ(record->method, "GET");
  EXPECT_EQ(record->path, "/a");
  EXPECT_EQ(record->key_name, "ci");
  EXPECT_EQ(record->status, 404);
}

TEST(Exchange, LogNamesTheJob) {
  constexpr auto id = "01890a5d-ac96-774b-bcce-b302099a8057";
  const auto shared = std::make_shared<in_flight>([](const http_log_entry&) {});
  const auto job_of = [&](std::string target, std::string location) {
    const auto asked
      = std::make_shared<test_exchange>(sample_request{.target = std::move(target)}, shared);
    asked->begin();
    response made{201};
    if (!location.empty())
      made.add_header("Location", location);
    asked->answer(std::move(made));
    return (*asked->written())->record->job_id;
  };

  EXPECT_EQ(job_of("/livez", ""), "");
  EXPECT_EQ(job_of("/api/messaging/jobs", ""), "");
  EXPECT_EQ(job_of("/api/messaging/jobs/no-id", ""), "");
  EXPECT_EQ(job_of("/api/messaging/jobs/" + std::string{id}, ""), id);
  EXPECT_EQ(job_of("/api/messaging/jobs/" + std::string{id} + "?wait=1", ""), id);
  EXPECT_EQ(job_of("/services/agent-jobs/" + std::string{id} + "/activities", ""), id);
  EXPECT_EQ(job_of("/api/messaging/jobs", "/api/messaging/jobs/" + std::string{id}), id);
  EXPECT_EQ(job_of("/services/agent-jobs", "/services/agent-jobs/" + std::string{id}), id);
}

TEST(Exchange, LogOfFailuresIsToldOfThese) {
  using namespace std::chrono_literals;
  struct answered {
    int status;
    std::chrono::microseconds took;
    bool has_waited;
    bool is_logged;
  };
  constexpr answered rule[] = {
    {200, 0us, false, false}, {404, 1s, false, false},       {499, 1s, false, false},
    {200, 1s, false, false},  {200, 1000001us, false, true}, {200, 60s, true, false},
    {500, 0us, false, true},  {503, 60s, true, true},        {599, 0us, false, true},
  };
  for (const auto& [status, took, has_waited, is_logged] : rule)
    EXPECT_EQ(http::is_failure(status, took, has_waited), is_logged)
      << status << ' ' << took.count();

  for (const auto& [choice, status, is_told] :
       {std::tuple{log_choice::off, 500, false}, std::tuple{log_choice::failures, 404, false},
        std::tuple{log_choice::failures, 503, true}, std::tuple{log_choice::all, 200, true}}) {
    const auto shared = std::make_shared<in_flight>([](const http_log_entry&) {},
                                                    http_options{}.unsent_bytes_max, choice);
    const auto asked = std::make_shared<test_exchange>(sample_request{.target = "/a"}, shared);
    asked->begin();

    asked->answer(response{status});

    EXPECT_EQ((*asked->written())->record != nullptr, is_told) << status;
  }
}

TEST(Exchange, AnswersRaceAndExactlyOneCounts) {
  const auto shared = std::make_shared<in_flight>();
  for (int round = 0; round < 200; ++round) {
    auto asked = received(shared);
    const auto written = asked->written();
    std::thread other{[asked] { asked->answer(response{200, "other"}); }};
    std::thread third{[&shared] { shared->expire(std::chrono::steady_clock::time_point::max()); }};
    asked->answer(response{200, "mine"});
    asked.reset();
    other.join();
    third.join();
    ASSERT_TRUE(written->has_value());
  }
  EXPECT_EQ(shared->count(), 0u);
  EXPECT_EQ(shared->accepted(), 200u);
}

} // namespace
} // namespace callboard::tests
