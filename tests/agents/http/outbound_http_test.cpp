#include "agents/http/outbound_http.hpp"
#include "agents/settings.hpp"

#include "tests/agents/asking.hpp"
#include "tests/support/counter.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;
using test::ask;
using test::fake_peer;
using test::request_to;
using test::say;

TEST(OutboundHttp, RequestArrivesAsItWasMade) {
  fake_peer::request seen;
  fake_peer peer{test::answer_with([&](const fake_peer::request& request) {
    seen = request;
    return test::http_response(200, "fine");
  })};
  outbound_http client;
  auto request = request_to(peer.url("/tasks?x=1"));
  request.headers = {"X-One: 1", "Content-Type: application/json"};
  request.body = std::string("a\0b", 3) + std::string(2'000'000, 'x');

  const auto response = ask(client, request);

  EXPECT_EQ(response.fault, http_fault::none);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "fine");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/tasks?x=1");
  EXPECT_EQ(seen.headers["x-one"], "1");
  EXPECT_EQ(seen.headers["content-type"], "application/json");
  EXPECT_EQ(seen.headers.count("expect"), 0u);
  EXPECT_EQ(seen.body, request.body);
}

TEST(OutboundHttp, ConnectionIsUsedAgain) {
  fake_peer peer{test::answer_with([](const auto&) { return test::http_response(200, "ok"); })};
  outbound_http client;

  for (int n = 0; n < 5; ++n)
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

  EXPECT_EQ(peer.connections(), 1u);
}

TEST(OutboundHttp, ManyRequestsAreUnderWayAtOnce) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read() && talk.hold())
      talk.send(test::http_response(200, "ok"));
  }};
  outbound_http client;
  test::counter done;
  constexpr std::size_t requests = 50;

  for (std::size_t n = 0; n < requests; ++n)
    client.post(request_to(peer.url()), [&](const http_response& response) {
      EXPECT_EQ(response.status, 200);
      done.add();
    });
  peer.await_held(requests);
  peer.let_go();

  done.await(requests);
}

TEST(OutboundHttp, AbortClosesTheConnectionAndNothingElse) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read() && talk.hold())
      talk.send(test::http_response(200, "ok"));
  }};
  outbound_http client;
  test::counter aborted;
  std::promise<http_response> kept;
  const auto id = client.post(request_to(peer.url()), [&](const http_response&) { aborted.add(); });
  client.post(request_to(peer.url()),
              [&](http_response response) { kept.set_value(std::move(response)); });
  peer.await_held(2);

  client.abort(id);
  peer.await_ended(1);
  peer.let_go();

  EXPECT_EQ(kept.get_future().get().body, "ok");
  EXPECT_EQ(aborted.value(), 0u);
}

TEST(OutboundHttp, AbortOfUnknownRequestIsIgnored) {
  fake_peer peer{test::answer_with([](const auto&) { return test::http_response(200, "ok"); })};
  outbound_http client;

  client.abort(0);
  client.abort(77);

  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
}

TEST(OutboundHttp, DestructionEndsWhatIsUnderWay) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read())
      talk.hold();
  }};
  auto client = make_outbound_http();
  std::vector<http_fault> faults;
  for (int n = 0; n < 3; ++n)
    client->post(request_to(peer.url()),
                 [&](const http_response& response) { faults.push_back(response.fault); });
  peer.await_held(3);

  client.reset();

  EXPECT_EQ(faults, std::vector<http_fault>(3, http_fault::stopped));
  peer.await_ended(3);
}

TEST(OutboundHttp, LastReferenceMayGoInAHandler) {
  fake_peer peer{test::answer_with([](const auto&) { return test::http_response(200, "ok"); })};
  auto client = make_outbound_http();
  auto last = std::make_shared<std::shared_ptr<outbound_http>>(client);
  std::promise<void> released;
  std::promise<int> status;

  client->post(request_to(peer.url()), [&status, last, is_last = released.get_future().share()](
                                         const http_response& response) {
    is_last.wait();
    last->reset();
    status.set_value(response.status);
  });
  client.reset();
  released.set_value();

  EXPECT_EQ(status.get_future().get(), 200);
}

TEST(OutboundHttp, RefusedAddressIsNotConnectedTo) {
  test::counter connections;
  fake_peer peer{[&](fake_peer::connection& talk) {
    connections.add();
    talk.read();
  }};
  outbound_http client{address_policy::make({{}, {"127.0.0.0/8", "::1"}}).value()};

  const auto port = peer.url().substr(peer.url().rfind(':'));
  for (const auto& url : {peer.url(), "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port,
                          "http://0.0.0.0" + port, "http://0" + port, "http://127.1" + port,
                          "http://2130706433" + port, "http://[::ffff:0.0.0.0]" + port,
                          "http://[::]" + port, "http://[64:ff9b::7f00:1]" + port,
                          "http://[2002:7f00:1::]" + port, "http://[::7f00:1]" + port}) {
    const auto response = ask(client, request_to(url));
    EXPECT_EQ(response.fault, http_fault::refused_address) << url;
    EXPECT_EQ(response.status, 0) << url;
  }
  EXPECT_EQ(connections.value(), 0u);
}

TEST(OutboundHttp, AllowedAddressIsConnectedTo) {
  fake_peer peer{test::answer_with([](const auto&) { return test::http_response(200, "ok"); })};
  outbound_http client{address_policy::make({{"127.0.0.1"}, {}}).value()};

  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
}

TEST(OutboundHttp, MetadataServiceIsRefused) {
  outbound_http client;

  const auto response = ask(client, request_to("http://169.254.169.254/latest/meta-data/"));

  EXPECT_EQ(response.fault, http_fault::refused_address);
}

struct fault_case {
  std::string name;
  fake_peer::script script;
  http_fault fault;
  int status;
};

TEST(OutboundHttp, FaultsAreToldApart) {
  const std::vector<fault_case> cases{
    {"closed at once", [](fake_peer::connection&) {}, http_fault::no_response, 0},
    {"closed after the request", say(""), http_fault::no_response, 0},
    {"reset after the request",
     [](fake_peer::connection& talk) {
       talk.read();
       talk.reset();
     },
     http_fault::no_response, 0},
    {"cut in the head", say("HTTP/1.1 200 OK\r\nContent-Le"), http_fault::cut_off, 200},
    {"cut in the body", say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"co"),
     http_fault::cut_off, 200},
    {"cut within chunks", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
     http_fault::cut_off, 200},
    {"reset in the body",
     [](fake_peer::connection& talk) {
       talk.read();
       talk.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"co");
       talk.hold();
       talk.reset();
     },
     http_fault::cut_off, 200},
    {"whole chunks with trailers",
     say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n"),
     http_fault::none, 200},
    {"bad chunk", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"),
     http_fault::not_http, 200},
    {"another protocol", say("SSH-2.0-OpenSSH_9.2\r\n"), http_fault::not_http, 0},
    {"HTTP/0.9", say("hello"), http_fault::not_http, 0},
    {"nonsense status", say("HTTP/1.1 abc\r\n\r\n"), http_fault::not_http, 0},
    {"too large, announced",
     say("HTTP/1.1 200 OK\r\nContent-Length: 2097153\r\n\r\n" + std::string(2'097'153, 'x')),
     http_fault::too_large, 200},
    {"too large, chunk by chunk",
     [](fake_peer::connection& talk) {
       talk.read();
       talk.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       for (int n = 0; n < 40; ++n)
         talk.send("10000\r\n" + std::string(65536, 'x') + "\r\n");
     },
     http_fault::too_large, 200},
    {"redirect", say("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
     http_fault::none, 302},
    {"interim responses",
     say("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
     http_fault::none, 200},
    {"cut after an interim response", say("HTTP/1.1 102 Wait\r\n\r\n"), http_fault::no_response, 0},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);
    fake_peer peer{expected.script};
    outbound_http client;
    peer.let_go();

    const auto response = ask(client, request_to(peer.url()));

    EXPECT_EQ(response.fault, expected.fault);
    EXPECT_EQ(response.status, expected.status);
  }
}

TEST(OutboundHttp, RedirectIsNotFollowed) {
  test::counter requests;
  fake_peer peer{test::answer_with([&](const auto&) {
    requests.add();
    return test::http_response(307, "", "Location: /elsewhere\r\n");
  })};
  outbound_http client;

  const auto response = ask(client, request_to(peer.url()));

  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(requests.value(), 1u);
}

TEST(OutboundHttp, RefusedConnectionIsAFault) {
  outbound_http client;

  const auto response
    = ask(client, request_to("http://127.0.0.1:" + std::to_string(test::closed_port()) + "/"));

  EXPECT_EQ(response.fault, http_fault::no_connection);
  EXPECT_EQ(response.status, 0);
}

TEST(OutboundHttp, TlsToAPlainPortIsAFault) {
  // As servers do that get a TLS hello where they expect a request.
  fake_peer peer{[](fake_peer::connection& talk) {
    talk.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    talk.read();
  }};
  outbound_http client;

  const auto response
    = ask(client, request_to("https://127.0.0.1:" + std::to_string(peer.port()) + "/"));

  EXPECT_EQ(response.fault, http_fault::tls);
}

TEST(OutboundHttp, UnknownHostIsAFault) {
  outbound_http client;

  // RFC 6761 reserves the name; no resolver may know it.
  const auto response = ask(client, request_to("http://nobody.invalid/"));

  EXPECT_EQ(response.fault, http_fault::unknown_host);
}

TEST(OutboundHttp, TimeoutEndsTheRequest) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read())
      talk.hold();
  }};
  outbound_http client;
  auto request = request_to(peer.url());
  request.timeout = 500ms;

  const auto response = ask(client, request);

  EXPECT_EQ(response.fault, http_fault::timeout);
  peer.await_ended(1);
}

TEST(OutboundHttp, ProxyOfTheEnvironmentIsNotUsed) {
  fake_peer proxy{test::answer_with([](const auto&) { return test::http_response(200, "proxy"); })};
  fake_peer peer{test::answer_with([](const auto&) { return test::http_response(200, "peer"); })};
  setenv("http_proxy", proxy.url().c_str(), 1);
  setenv("all_proxy", proxy.url().c_str(), 1);

  std::string body;
  {
    outbound_http client;
    body = ask(client, request_to(peer.url())).body;
  }
  unsetenv("http_proxy");
  unsetenv("all_proxy");

  EXPECT_EQ(body, "peer");
  EXPECT_EQ(proxy.connections(), 0u);
}

TEST(HttpUrl, OnlyHttpWithAHostIsTaken) {
  for (const auto* good : {"http://a", "https://a.example/x?y#z", "HTTP://127.0.0.1:80/",
                           "http://[::1]:8080/tasks", "http://user:word@host/"})
    EXPECT_TRUE(is_http_url(good)) << good;
  for (const auto* bad : {"", "a", "localhost:80", "//host/", "ftp://a/", "file:///etc/passwd",
                          "http://", "http:///x", "http://a:99999/", "http://a b/", "gopher://x"})
    EXPECT_FALSE(is_http_url(bad)) << bad;
}

TEST(RetryAfter, SecondsAndDatesAreRead) {
  // 1994-11-06T08:49:37Z, the date of RFC 9110's examples.
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);
  const std::vector<std::pair<std::string, std::optional<std::chrono::milliseconds>>> cases{
    {"0", 0ms},
    {"120", 120s},
    {"99999999999999999999", 31'622'400s},
    {"Sun, 06 Nov 1994 08:50:37 GMT", 60s},
    {"Sunday, 06-Nov-94 08:50:37 GMT", 60s},
    {"Sun Nov  6 08:50:37 1994", 60s},
    {"Sun, 06 Nov 1994 08:00:00 GMT", 0ms},
    {"", std::nullopt},
    {"-5", std::nullopt},
    {"1.5", std::nullopt},
    {"soon", std::nullopt},
    {"Sometime", std::nullopt},
    {"19941106", 19'941'106s},
  };
  for (const auto& [value, wait] : cases)
    EXPECT_EQ(parse_retry_after(value, now), wait) << value;
}

} // namespace

} // namespace callboard::agents
