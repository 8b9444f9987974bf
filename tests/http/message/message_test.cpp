#include "http/message/message.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/message/head.hpp"
#include "http/message/problem.hpp"
#include "text/percent.hpp"

namespace callboard::http {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The segments of a path, or the text of its fault.
std::vector<std::string> segments_of(std::string_view path) {
  const auto parsed = path_segments::parse(path);
  if (!parsed)
    return {parsed.error().message};
  std::vector<std::string> made;
  for (std::size_t i = 0; i < parsed->size(); ++i)
    made.emplace_back((*parsed)[i]);
  return made;
}

TEST(PathSegments, PathIsSplitAtSlashes) {
  EXPECT_THAT(segments_of("/"), ElementsAre());
  EXPECT_THAT(segments_of("/a"), ElementsAre("a"));
  EXPECT_THAT(segments_of("/a/b/c"), ElementsAre("a", "b", "c"));
}

TEST(PathSegments, OneTrailingSlashIsTheSamePath) {
  EXPECT_THAT(segments_of("/a/b/"), ElementsAre("a", "b"));
  EXPECT_THAT(segments_of("/a/b//"), ElementsAre("a", "b", ""));
  EXPECT_THAT(segments_of("//"), ElementsAre(""));
}

TEST(PathSegments, EachSegmentIsDecodedByItself) {
  EXPECT_THAT(segments_of("/a%20b/%41%7a"), ElementsAre("a b", "Az"));
  EXPECT_THAT(segments_of("/a%2Fb/c"), ElementsAre("a/b", "c"));
  EXPECT_THAT(segments_of("/%25%32%35"), ElementsAre("%25"));
  EXPECT_THAT(segments_of("/%ff%C3%A9"), ElementsAre("\xff\xC3\xA9"));
}

TEST(PathSegments, PlusIsNoSpace) {
  EXPECT_THAT(segments_of("/a+b/%2b"), ElementsAre("a+b", "+"));
}

TEST(PathSegments, BadEscapeIsRefused) {
  for (const auto* path :
       {"/%", "/%4", "/%zz", "/%4g", "/a/%/b", "/%%41", "/%u0041", "/% 1", "/%-1"}) {
    const auto parsed = path_segments::parse(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_EQ(parsed.error().code, errc::invalid_argument) << path;
  }
}

TEST(PathSegments, NulIsRefusedEscapedOrNot) {
  for (const auto path : {std::string_view{"/a%00b"}, std::string_view{"/a\0b", 4}})
    EXPECT_THAT(segments_of(path), ElementsAre("path must not contain NUL characters"));
}

TEST(PathSegments, MoreSegmentsThanAnyRouteHasAreNotFound) {
  std::string path;
  for (std::size_t i = 0; i < path_segments::count_max; ++i)
    path += "/a";

  EXPECT_EQ(segments_of(path).size(), path_segments::count_max);
  const auto parsed = path_segments::parse(path + "/a");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, errc::not_found);
}

TEST(PathSegments, DecodedSegmentsSurviveAMove) {
  auto parsed = path_segments::parse("/%41/plain/%42");
  ASSERT_TRUE(parsed);

  const auto moved = std::move(*parsed);

  EXPECT_EQ(moved[0], "A");
  EXPECT_EQ(moved[2], "B");
}

TEST(QueryValue, FirstParameterOfThatNameCounts) {
  EXPECT_EQ(query_value("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(query_value("a=1&b=2", "b"), "2");
  EXPECT_EQ(query_value("a=1", "b"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
}

TEST(QueryValue, NameWithoutValueIsEmpty) {
  EXPECT_EQ(query_value("verbose", "verbose"), "");
  EXPECT_EQ(query_value("a&verbose=&b", "verbose"), "");
  EXPECT_EQ(query_value("=x", ""), "x");
}

TEST(QueryValue, EscapesAndPlusesAreDecoded) {
  EXPECT_EQ(query_value("a=1%2B2+3%20%e9", "a"), "1+2 3 \xe9");
  EXPECT_EQ(query_value("%61=x", "a"), "x");
  EXPECT_EQ(query_value("a=100%&b=%zz", "a"), "100%");
  EXPECT_EQ(query_value("a=100%&b=%zz", "b"), "%zz");
}

TEST(Request, HeaderIsFoundInAnyCaseAndTrimmed) {
  request asked;
  asked.headers = {{"X-Api-KEY", "\t key \t"}, {"x-api-key", "second"}, {"Empty", "  "}};

  EXPECT_EQ(asked.header("x-API-key"), "key");
  EXPECT_EQ(asked.header("empty"), "");
  EXPECT_EQ(asked.header("absent"), std::nullopt);
}

TEST(Method, NamesAreCaseSensitive) {
  for (auto verb : {method::get, method::head, method::post, method::put, method::patch,
                    method::remove, method::options})
    EXPECT_EQ(parse_method(to_string(verb)), verb);
  EXPECT_EQ(parse_method("get"), method::other);
  EXPECT_EQ(parse_method("TRACE"), method::other);
  EXPECT_EQ(parse_method(""), method::other);
}

TEST(Response, HeaderThatWouldSplitTheAnswerIsNotAdded) {
  // Symptom: a header made of the caller's text with CR LF in it became two headers.
  response made{200};

  EXPECT_FALSE(made.add_header("X-Echo", "a\r\nSet-Cookie: evil=1"));
  EXPECT_FALSE(made.add_header("X-Echo", "a\n"));
  EXPECT_FALSE(made.add_header("X-Echo", "a\r"));
  EXPECT_FALSE(made.add_header("X-Echo", "a\0b"s));
  EXPECT_FALSE(made.add_header("X-Echo: a\r\nEvil", "1"));
  EXPECT_FALSE(made.add_header("X Echo", "1"));
  EXPECT_FALSE(made.add_header("", "1"));
  EXPECT_EQ(made.header_lines(), "");

  EXPECT_TRUE(made.add_header("X-Echo", "a: b, \"c\" \xc3\xa9"));
  EXPECT_EQ(made.header_lines(), "X-Echo: a: b, \"c\" \xc3\xa9\r\n");
}

TEST(Head, EveryAnswerCarriesTheStandardHeaders) {
  const auto head = render_head(
    response{201, "{}"},
    {.request_id = "r-1", .more_lines = "Vary: Origin\r\n", .closes = false, .version = 11});

  EXPECT_THAT(head, StartsWith("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                               "Content-Length: 2\r\nDate: "));
  for (const auto* line :
       {" GMT\r\n", "X-Content-Type-Options: nosniff\r\n", "X-Frame-Options: SAMEORIGIN\r\n",
        "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n", "X-Request-Id: r-1\r\n",
        "Vary: Origin\r\n"})
    EXPECT_THAT(head, HasSubstr(line));
  EXPECT_THAT(head, Not(HasSubstr("Server:")));
  EXPECT_THAT(head, Not(HasSubstr("Connection:")));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(Head, NoContentHasNeitherTypeNorLength) {
  const auto head = render_head(response{204}, {});

  EXPECT_THAT(head, StartsWith("HTTP/1.1 204 No Content\r\nDate: "));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, Not(HasSubstr("\r\nContent-Type:")));
}

TEST(Head, ConnectionIsNamedWhereItIsNotTheDefault) {
  EXPECT_THAT(render_head(response{200}, {.closes = true}), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(render_head(response{200}, {.version = 10}), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Head, EveryStatusThatIsUsedHasAPhrase) {
  for (const auto status :
       {200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 500, 501, 503, 504, 505})
    EXPECT_NE(reason_phrase(status), "") << status;
}

TEST(Problem, CarriesTheFiveMembers) {
  const auto made = problem(404, "not_found", "no \"such\" thing");

  EXPECT_EQ(made.status(), 404);
  EXPECT_EQ(made.type(), "application/problem+json");
  EXPECT_EQ(made.body(), R"({"type":"about:blank","title":"Not Found","status":404,)"
                         R"("detail":"no \"such\" thing","code":"not_found"})");
}

} // namespace
} // namespace callboard::http
