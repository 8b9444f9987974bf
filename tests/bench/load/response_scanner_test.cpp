#include "bench/load/response_scanner.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using progress = response_scanner::progress;

struct stream_case {
  const char* name;
  std::string bytes;
  std::vector<int> statuses;
  bool keeps_alive;
};

std::vector<stream_case> stream_cases() {
  return {
    {"sized", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", {200}, true},
    {"empty", "HTTP/1.1 201 Created\r\ncontent-length:0\r\n\r\n", {201}, true},
    {"two",
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 Not Found\r\nContent-Length: "
     "1\r\n\r\nx",
     {200, 404},
     true},
    {"no content",
     "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n",
     {204, 304},
     true},
    {"close", "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", {503}, false},
    {"old", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", {200}, false},
    {"old, kept",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
     {200},
     true},
    {"interim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
     {201},
     true},
    {"no reason", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", {200}, true},
    {"chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n"
     "0\r\nTrailer: x\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
     {200, 202},
     true},
  };
}

/// Feeds a stream in pieces of one size and notes each answer's status.
std::vector<int> scan_in_pieces(response_scanner& scanner, std::string_view bytes,
                                std::size_t piece) {
  std::vector<int> statuses;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      auto made = scanner.scan(part);
      if (made == progress::fault)
        return {};
      if (made == progress::answer)
        statuses.push_back(scanner.status());
    }
  }
  return statuses;
}

TEST(ResponseScanner, FindsEveryAnswerWhereverTheStreamIsCut) {
  for (const auto& each : stream_cases())
    for (std::size_t piece = 1; piece <= each.bytes.size(); ++piece) {
      response_scanner scanner;
      ASSERT_EQ(scan_in_pieces(scanner, each.bytes, piece), each.statuses)
        << each.name << " in pieces of " << piece;
      EXPECT_EQ(scanner.keeps_alive(), each.keeps_alive) << each.name;
      EXPECT_FALSE(scanner.is_within_answer()) << each.name;
    }
}

TEST(ResponseScanner, CollectsHeadAndBody) {
  std::string body;
  std::string head;
  response_scanner scanner{&body, &head};

  scan_in_pieces(
    scanner,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 4);

  EXPECT_EQ(body, "abcde");
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseScanner, BodyWithoutLengthEndsWithTheStream) {
  std::string body;
  response_scanner scanner{&body};

  EXPECT_EQ(scan_in_pieces(scanner, "HTTP/1.1 200 OK\r\n\r\nall of this", 5), std::vector<int>{});
  EXPECT_EQ(scanner.end_of_stream(), progress::answer);
  EXPECT_EQ(body, "all of this");
  EXPECT_FALSE(scanner.keeps_alive());
}

TEST(ResponseScanner, StreamThatEndsWithinAnAnswerIsAFault) {
  response_scanner scanner;

  scan_in_pieces(scanner, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 100);

  EXPECT_TRUE(scanner.is_within_answer());
  EXPECT_EQ(scanner.end_of_stream(), progress::fault);
}

TEST(ResponseScanner, WhatIsNotHttpIsAFault) {
  for (const auto* text :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    response_scanner scanner;
    std::string_view input{text};
    EXPECT_EQ(scanner.scan(input), progress::fault) << text;
  }
}

TEST(ResponseScanner, EndlessHeadIsAFault) {
  response_scanner scanner;
  std::string head = "HTTP/1.1 200 OK\r\n";
  head.append(100'000, 'a');
  std::string_view input{head};

  EXPECT_EQ(scanner.scan(input), progress::fault);
}

TEST(ResponseScanner, ResetForgetsHalfAnAnswer) {
  response_scanner scanner;
  std::string_view half{"HTTP/1.1 200 OK\r\nContent-Le"};
  scanner.scan(half);

  scanner.reset();

  EXPECT_EQ(scan_in_pieces(scanner, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 100),
            std::vector<int>{201});
}

} // namespace
} // namespace callboard::bench
