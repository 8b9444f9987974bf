// What clients send that they should not: it never takes the server down, never leaves a connection
// hanging, and is answered wherever an answer can be sent.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string post(std::string_view body, std::string_view more_lines = {}) {
  return make_request("POST", jobs_path,
                      "Content-Type: application/json\r\n" + std::string{more_lines}, body);
}

/// Whether a server still serves, on a new connection.
testing::AssertionResult serves(const running_server& running) {
  const auto answer = running.connect().exchange(make_request("GET", "/livez"));
  return answer.status == 200 ? testing::AssertionSuccess()
                              : testing::AssertionFailure() << answer.status;
}

TEST(ServerInput, BodiesThatAreNoJsonAre400AndTheConnectionGoesOn) {
  running_server running;
  auto client = running.connect();

  for (const std::string& body :
       {std::string(100'000, '['), "{\"a\":"s + std::string(100'000, '{'), "\xff\xfe{}"s,
        "{\"content\":\"\xc3\"}"s, "{}\0{}"s, "{\"content\":\"a\\u0000\"}"s,
        "{\"content\":\"\\ud800\"}"s, "nul"s}) {
    const auto answer = client.exchange(post(body));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(R"({"success":false,"error":)"));
  }
}

TEST(ServerInput, BodyOverTheLimitIs413AndTheConnectionGoesOn) {
  running_server running;
  auto client = running.connect();
  const auto limit = http_options{}.body_bytes_max;

  EXPECT_EQ(client.exchange(post(std::string(limit, ' '))).status, 400);
  for (const auto size : {limit + 1, limit + 100'000, 3 * limit}) {
    const auto answer = client.exchange(post(std::string(size, ' ')));
    EXPECT_EQ(answer.status, 413) << size;
    EXPECT_EQ(answer.body, R"({"success":false,"error":{"message":"request body is larger than )"
                           R"(2097152 bytes","code":413}})");
  }
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(ServerInput, ChunkedBodyOverTheLimitIs413) {
  http_options options;
  options.body_bytes_max = 1000;
  running_server running{calling::inside, options};
  auto client = running.connect();
  auto request = make_request("POST", jobs_path, "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 11; ++i)
    request += "64\r\n" + std::string(100, 'x') + "\r\n";

  EXPECT_EQ(client.exchange(request + "0\r\n\r\n").status, 413);
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(ServerInput, BodyFarOverTheLimitIs413AndEndsTheConnection) {
  running_server running;
  auto client = running.connect();

  client.send("POST " + jobs_path
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");

  EXPECT_EQ(client.receive().status, 413);
  EXPECT_EQ(client.receive_until_closed(), "");
  EXPECT_TRUE(serves(running));
}

TEST(ServerInput, TooLongTargetOrHeaderIsAnsweredAndEndsTheConnection) {
  running_server running;
  std::string many;
  for (int i = 0; i < 101; ++i)
    many += "X-" + std::to_string(i) + ": 1\r\n";

  const std::pair<std::string, int> requests[]
    = {{make_request("GET", "/" + std::string(8192, 'a')), 414},
       {make_request("GET", "/livez", "X-Long: " + std::string(8192, 'a') + "\r\n"), 431},
       {make_request("GET", "/livez", many), 431}};
  for (const auto& [request, status] : requests) {
    auto client = running.connect();
    client.send(request);
    EXPECT_EQ(client.receive().status, status);
    EXPECT_EQ(client.receive_until_closed(), "");
  }
  EXPECT_TRUE(serves(running));
}

TEST(ServerInput, LongestTargetAndHeaderAllowedAreServed) {
  running_server running;
  auto client = running.connect();
  std::string many;
  // The host is the hundredth.
  for (int i = 0; i < 99; ++i)
    many += "X-" + std::to_string(i) + ": 1\r\n";

  const auto room = 8192 - std::string{"GET / HTTP/1.1"}.size();
  EXPECT_EQ(client.exchange(make_request("GET", "/" + std::string(room, 'a'))).status, 404);
  EXPECT_EQ(
    client.exchange(make_request("GET", "/livez", "X: " + std::string(8100, 'a') + "\r\n")).status,
    200);
  EXPECT_EQ(client.exchange(make_request("GET", "/livez", many)).status, 200);
}

TEST(ServerInput, MalformedRequestsAreAnsweredAndHurtNobody) {
  running_server running;
  const std::string requests[] = {
    "\r\n\r\n\r\nnonsense\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/1.1\r\nHost a\r\n\r\n",
    "GET / HTTP/1.1\r\n: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
    "chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    std::string(1000, '\0'),
    std::string(200'000, 'A'),
  };

  for (const auto& request : requests) {
    auto client = running.connect();
    client.send(request);
    const auto answer = client.receive();
    EXPECT_GE(answer.status, 400) << request.substr(0, 60);
    EXPECT_LT(answer.status, 506) << request.substr(0, 60);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(client.receive_until_closed(), "") << request.substr(0, 60);
  }
  EXPECT_TRUE(serves(running));
}

TEST(ServerInput, UnfinishedRequestsHurtNobody) {
  running_server running;
  std::vector<raw_client> slow;
  const auto whole = post(R"({"content":"x"})");
  for (std::size_t cut = 1; cut < whole.size(); cut += 3) {
    slow.push_back(running.connect());
    slow.back().send(whole.substr(0, cut));
  }

  EXPECT_TRUE(serves(running));
  for (auto& client : slow)
    client.finish_sending();
  for (auto& client : slow)
    EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerInput, IdleConnectionsAreCut) {
  http_options options;
  options.idle_limit = std::chrono::seconds{1};
  running_server running{calling::inside, options};
  auto idle = running.connect();
  auto kept = running.connect();
  kept.exchange(make_request("GET", "/livez"));

  for (auto* client : {&idle, &kept})
    EXPECT_EQ(client->receive_until_closed(), "");
}

TEST(ServerInput, SlowBodiesAre408InTheirTurn) {
  http_options options;
  options.idle_limit = std::chrono::seconds{1};
  running_server running{calling::elsewhere, options};
  const auto head = "POST " + jobs_path + " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string beginnings[] = {
    head + "Content-Length: 10\r\n\r\n",
    head + "Content-Length: 2097152\r\n\r\n{",
    // Too large, too: it is not waited for either.
    head + "Content-Length: 60000000\r\n\r\n{",
    head + "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
    head + "Transfer-Encoding: chunked\r\n\r\n",
    head + "Transfer-Encoding: chunked\r\n\r\n100000\r\n{",
    head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r",
    head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX:",
  };
  std::vector<raw_client> clients;
  for (const auto& beginning : beginnings) {
    clients.push_back(running.connect());
    clients.back().send(make_request("GET", job_path) + beginning);
  }

  for (auto& client : clients) {
    EXPECT_EQ(client.receive().status, 200);
    auto answer = client.receive();
    if (answer.status == 100)
      answer = client.receive();
    EXPECT_EQ(answer.status, 408);
    EXPECT_THAT(answer.body, HasSubstr("the body of the request took too long to arrive"));
    EXPECT_EQ(client.receive_until_closed(), "");
  }
  EXPECT_TRUE(serves(running));
}

TEST(ServerInput, RequestThatComesByteByByteIsServed) {
  running_server running;
  auto client = running.connect();

  for (const auto c : make_request("GET", job_path))
    client.send({&c, 1});

  EXPECT_EQ(client.receive().status, 200);
}

TEST(ServerInput, HeaderInjectionThroughTheRequestIdFails) {
  running_server running;

  // A bare CR and obs-fold are what gets line ends into a value, if anything does.
  for (const auto* value : {"a\r\n Set-Cookie: evil=1", "a\n Set-Cookie: evil=1",
                            "a\rSet-Cookie: evil=1", "a%0d%0aSet-Cookie: evil=1"}) {
    auto client = running.connect();
    auto answer = client.exchange(
      make_request("GET", "/livez", "X-Request-Id: " + std::string{value} + "\r\n"));
    EXPECT_EQ(answer.count("Set-Cookie"), 0u);
    EXPECT_EQ(answer.header("X-Request-Id").size(), 32u);
  }
}

TEST(ServerInput, HostIsRequiredInHttp11Only) {
  running_server running;

  EXPECT_EQ(running.connect().exchange("GET /livez HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(running.connect().exchange("GET /livez HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_EQ(running.connect().exchange("GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n").status,
            400);
}

TEST(ServerInput, OtherVersionsAre505) {
  running_server running;

  for (const auto* version : {"2.0", "3.0", "0.9", "9.9"}) {
    auto client = running.connect();
    client.send("GET /livez HTTP/" + std::string{version} + "\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.receive().status, 505) << version;
    EXPECT_EQ(client.receive_until_closed(), "");
  }
}

TEST(ServerInput, TunnelsAreRefusedAndEndTheConnection) {
  running_server running;
  auto client = running.connect();

  client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" + make_request("GET", "/livez"));

  EXPECT_EQ(client.receive().status, 501);
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerInput, UpgradesAreIgnoredAndLeaveNoConnection) {
  // Symptom: RESTinio takes all time limits off a request that asks for an upgrade, so that a client
  // that says no more keeps its connection for ever.
  http_options options;
  options.idle_limit = std::chrono::seconds{2};
  running_server running{calling::elsewhere, options};
  std::vector<raw_client> clients;

  for (int i = 0; i < 1000; ++i) {
    clients.push_back(running.connect());
    clients.back().send(make_request(i % 2 == 0 ? "GET" : "POST", i % 3 == 0 ? "/livez" : job_path,
                                     "Connection: Upgrade\r\nUpgrade: x\r\n"));
    ASSERT_NE(clients.back().receive().status, 101);
  }

  for (auto& client : clients)
    ASSERT_EQ(client.receive_until_closed(), "");
}

TEST(ServerInput, OfferOfHttp2IsServedAsHttp11) {
  running_server running;
  auto client = running.connect();

  client.send(
    make_request("GET", job_path,
                 "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n")
    + make_request("GET", "/livez"));

  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 200);
}

TEST(ServerInput, PublicRequestCorpusNeverHurts) {
  // gunicorn's request files: some are about its own limits, so what is served and what is refused is
  // not judged here, only that each connection ends and the server goes on.
  namespace fs = std::filesystem;
  const fs::path folder = fs::path{CALLBOARD_CORPORA} / "http-requests";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "corpus not found: " << folder;
  running_server running;
  std::size_t seen = 0;

  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".http")
      continue;
    ++seen;
    std::ifstream in{entry.path(), std::ios::binary};
    std::string bytes;
    for (std::string line; std::getline(in, line);)
      bytes += line;
    for (const auto& [escape, byte] : {std::pair{"\\r", "\r"}, {"\\n", "\n"}, {"\\t", "\t"}})
      for (auto at = bytes.find(escape); at != std::string::npos; at = bytes.find(escape, at))
        bytes.replace(at, 2, byte);
    auto client = running.connect();
    client.send_if_open(bytes);
    try {
      client.finish_sending();
    } catch (const std::runtime_error&) {
      // The server was quicker to close.
    }
    client.receive_until_closed();
  }

  EXPECT_GT(seen, 50u);
  EXPECT_TRUE(serves(running));
}

} // namespace
} // namespace callboard::tests
