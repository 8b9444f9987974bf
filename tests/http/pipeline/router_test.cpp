#include "http/pipeline/router.hpp"

#include <string>

#include <gtest/gtest.h>

namespace callboard::http {
namespace {

/// What a router makes of a request: the pattern found, its parameters, or the methods allowed.
struct outcome {
  std::string pattern;
  std::string allow;
  std::string first_parameter;
  std::string second_parameter;
};

class RouterTest : public testing::Test {
protected:
  RouterTest() {
    const auto nothing = [](const request&, const responder&) {};
    table_ = std::make_unique<router>(std::vector<route>{
      {method::get, "/", nothing},
      {method::get, "/jobs", nothing},
      {method::post, "/jobs", nothing},
      {method::get, "/jobs/health", nothing},
      {method::get, "/jobs/:id", nothing},
      {method::remove, "/jobs/:id", nothing},
      {method::put, "/jobs/:id/tasks/:task", nothing},
    });
  }

  outcome find(method verb, const std::string& path) {
    request asked;
    asked.verb = verb;
    auto segments = path_segments::parse(path);
    asked.segments = std::move(*segments);
    const auto found = table_->find(asked);
    return {found.found != nullptr ? std::string{found.found->pattern} : "", found.allow,
            std::string{asked.parameters[0]}, std::string{asked.parameters[1]}};
  }

  std::unique_ptr<router> table_;
};

TEST_F(RouterTest, LiteralPathsAreFound) {
  EXPECT_EQ(find(method::get, "/").pattern, "/");
  EXPECT_EQ(find(method::get, "/jobs").pattern, "/jobs");
  EXPECT_EQ(find(method::get, "/jobs/").pattern, "/jobs");
}

TEST_F(RouterTest, PathsAreCaseSensitive) {
  EXPECT_EQ(find(method::get, "/Jobs").pattern, "");
}

TEST_F(RouterTest, ParametersAreGivenInTheirOrder) {
  const auto found = find(method::put, "/jobs/a%2Fb/tasks/7");

  EXPECT_EQ(found.pattern, "/jobs/:id/tasks/:task");
  EXPECT_EQ(found.first_parameter, "a/b");
  EXPECT_EQ(found.second_parameter, "7");
}

TEST_F(RouterTest, LiteralBeforeItInTheTableHidesAParameter) {
  EXPECT_EQ(find(method::get, "/jobs/health").pattern, "/jobs/health");
  EXPECT_EQ(find(method::get, "/jobs/healthy").pattern, "/jobs/:id");
}

TEST_F(RouterTest, ParameterIsNeverEmpty) {
  EXPECT_EQ(find(method::put, "/jobs//tasks/7").pattern, "");
  EXPECT_EQ(find(method::put, "/jobs//tasks/7").allow, "");
}

TEST_F(RouterTest, HeadFindsTheRouteOfGet) {
  EXPECT_EQ(find(method::head, "/jobs/1").pattern, "/jobs/:id");
}

TEST_F(RouterTest, WrongMethodTellsWhatIsAllowed) {
  EXPECT_EQ(find(method::patch, "/jobs").pattern, "");
  EXPECT_EQ(find(method::patch, "/jobs").allow, "GET, HEAD, POST");
  EXPECT_EQ(find(method::post, "/jobs/1").allow, "GET, HEAD, DELETE");
  EXPECT_EQ(find(method::head, "/jobs/1/tasks/2").allow, "PUT");
  EXPECT_EQ(find(method::other, "/").allow, "GET, HEAD");
}

TEST_F(RouterTest, UnknownPathAllowsNothing) {
  for (const auto* path : {"/nothing", "/jobs/1/tasks", "/jobs/1/tasks/2/3", "//"}) {
    EXPECT_EQ(find(method::get, path).pattern, "") << path;
    EXPECT_EQ(find(method::get, path).allow, "") << path;
  }
}

} // namespace
} // namespace callboard::http
