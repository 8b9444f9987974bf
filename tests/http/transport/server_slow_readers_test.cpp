// Clients that ask for much and do not read it.

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {
namespace {

using std::chrono::steady_clock;

/// The least that can be set: room for one of the lists.
constexpr std::size_t unsent_bytes_max = 16 * 1024 * 1024;
/// What a list holds: more than the system takes for a client that does not read.
constexpr std::size_t jobs_in_list = 12;
constexpr std::size_t bytes_in_job = 1'000'000;

const auto list_request = make_request("GET", jobs_path, "Connection: close\r\n");

job_ptr job_of(std::size_t bytes) {
  auto made = sample_job(job_state::completed);
  auto outcome = std::make_shared<job_outcome>(*made->outcome);
  outcome->content = std::make_shared<const std::string>(bytes, 'x');
  made->outcome = std::move(outcome);
  return made;
}

struct slow_readers : running_server {
  explicit slow_readers(http_options how = options())
    : running_server(calling::inside, std::move(how)) {
    job_page page;
    page.jobs.assign(jobs_in_list, job_of(bytes_in_job));
    page.total = jobs_in_list;
    service.page = std::move(page);
  }

  static http_options options() {
    http_options made;
    made.unsent_bytes_max = unsent_bytes_max;
    return made;
  }

  /// Has a client ask for a list, and returns when that is going out.
  raw_client connect_and_ask() const {
    auto made = connect();
    made.send(list_request);
    const auto end = steady_clock::now() + test::patience;
    while (server->unsent_bytes() < jobs_in_list * bytes_in_job && steady_clock::now() < end)
      std::this_thread::yield();
    return made;
  }

  /// The status of a list that is read at once, again and again while it is refused.
  int read_list() const {
    const auto end = steady_clock::now() + test::patience;
    for (;;) {
      auto client = connect();
      const auto answer = client.exchange(list_request);
      if (answer.status != 503 || steady_clock::now() > end)
        return answer.body.size() > jobs_in_list * bytes_in_job ? answer.status : 0;
      EXPECT_EQ(answer.header("Retry-After"), "1");
    }
  }
};

/// Whether a client that has asked for a list got all of it.
bool got_all(raw_client& client) {
  return client.receive_until_closed().size() > jobs_in_list * bytes_in_job;
}

TEST(ServerSlowReaders, OneWhoDoesNotReadMakesRoomForOneWhoDoes) {
  const slow_readers running;
  auto idle = running.connect_and_ask();
  ASSERT_GE(running.server->unsent_bytes(), jobs_in_list * bytes_in_job);

  EXPECT_EQ(running.read_list(), 200);

  EXPECT_FALSE(got_all(idle));
}

TEST(ServerSlowReaders, ConnectionsThatWereCutOffLeaveRoomForOthers) {
  auto options = slow_readers::options();
  options.connections_max = 3;
  const slow_readers running{options};

  for (int i = 0; i < 4; ++i) {
    auto idle = running.connect_and_ask();
    ASSERT_EQ(running.read_list(), 200) << i;
    ASSERT_FALSE(got_all(idle)) << i;
  }
}

TEST(ServerSlowReaders, ManyHoldNoMoreThanTheLimitAndOthersAreServed) {
  const slow_readers running;
  std::vector<raw_client> idle;
  auto other = running.connect();
  for (int i = 0; i < 20; ++i) {
    idle.push_back(running.connect());
    idle.back().send(list_request);
    ASSERT_EQ(other.exchange(make_request("GET", job_path)).status, 200);
    ASSERT_LE(running.server->unsent_bytes(), unsent_bytes_max);
  }

  auto whole = 0;
  for (auto& client : idle)
    whole += got_all(client) ? 1 : 0;

  EXPECT_LE(whole, 1) << "there is room for one";
  EXPECT_EQ(running.read_list(), 200);
}

TEST(ServerSlowReaders, OneWhoReadsSlowlyIsLeftAloneWhileThereIsRoom) {
  const slow_readers running;
  auto slow = running.connect_and_ask();

  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(running.connect().exchange(make_request("GET", job_path)).status, 200);

  EXPECT_TRUE(got_all(slow));
  EXPECT_EQ(running.server->unsent_bytes(), 0U);
}

TEST(ServerSlowReaders, LargeAnswerWaitsInTheServerNotInTheSystem) {
  // Else the system would hold megabytes for each of them, beyond any limit.
  constexpr std::size_t bytes = 400'000;
  slow_readers running;
  running.service.on_get = [large = job_of(bytes)](const job_ref&) { return large; };
  auto slow = running.connect();
  slow.send(make_request("GET", job_path));
  char first = 0;
  ASSERT_EQ(::recv(slow.native_handle(), &first, 1, MSG_PEEK), 1);

  // Whatever the server could do after its first write is done when it has answered some others.
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(running.connect().exchange(make_request("GET", "/livez")).status, 200);

  EXPECT_GE(running.server->unsent_bytes(), bytes);
  EXPECT_EQ(slow.receive().status, 200);
}

TEST(ServerSlowReaders, OneWithSmallAnswersIsNeverDropped) {
  // So many that the system has no room for all of them: one waits in the server.
  constexpr auto requests = 800;
  slow_readers running;
  running.service.on_get = [small = job_of(15'000)](const job_ref&) { return small; };
  auto slow = running.connect();
  for (int i = 0; i < requests; ++i)
    slow.send(make_request("GET", job_path));
  const auto idle = running.connect_and_ask();

  EXPECT_EQ(running.read_list(), 200);

  for (int i = 0; i < requests; ++i)
    ASSERT_EQ(slow.receive().status, 200) << i;
}

TEST(ServerSlowReaders, LargeJobIsAnsweredWhenAListWouldBeRefused) {
  slow_readers running;
  running.service.on_get = [large = job_of(5'000'000)](const job_ref&) { return large; };
  const auto idle = running.connect_and_ask();

  EXPECT_EQ(running.connect().exchange(make_request("GET", job_path)).status, 200);

  EXPECT_LE(running.server->unsent_bytes(), unsent_bytes_max);
}

} // namespace
} // namespace callboard::tests
