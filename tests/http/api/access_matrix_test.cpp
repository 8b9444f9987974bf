// Every route of the router's own table, with every method and every kind of key: nothing opens that
// should not, whatever is added to the table.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

constexpr api_scope every_scope[]
  = {api_scope::messaging, api_scope::services_read, api_scope::services_write, api_scope::jobs,
     api_scope::operations};
const std::vector<std::string> every_method
  = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE"};

/// What the documentation says opens a path; none: it is open.
std::optional<api_scope> documented_scope(std::string_view path, const std::string& method) {
  const bool reads = method == "GET" || method == "HEAD";
  if (path.starts_with("/api/messaging/") || path == "/api/agents")
    return api_scope::messaging;
  if (path.starts_with("/api/jobs"))
    return api_scope::jobs;
  if (path.starts_with("/services/") || path.starts_with("/organizations/"))
    return reads ? api_scope::services_read : api_scope::services_write;
  return std::nullopt;
}

/// A pattern with something in the place of each parameter.
std::string filled(std::string_view pattern) {
  std::string made{pattern};
  for (auto at = made.find(':'); at != std::string::npos; at = made.find(':', at)) {
    const auto end = std::min(made.find('/', at), made.size());
    const auto name = made.substr(at, end - at);
    made.replace(at, end - at, name == ":org_id" ? "org-all" : std::string{sample_job_id});
  }
  return made;
}

api_key key_with(std::set<api_scope> scopes) {
  auto made = key_with_all_scopes();
  made.scopes = std::move(scopes);
  return made;
}

class AccessMatrix : public testing::Test {
protected:
  std::unique_ptr<http::application> app_with(std::vector<api_key> keys) {
    http_options options;
    options.keys = std::move(keys);
    options.rates.failed_keys_per_address = 0;
    return std::make_unique<http::application>(options, service_, nullptr,
                                               std::make_shared<http::in_flight>());
  }

  /// The paths of the table with their methods.
  std::map<std::string, std::set<std::string>> paths() {
    std::map<std::string, std::set<std::string>> found;
    const auto app = app_with({});
    for (const auto& each : app->routes().routes()) {
      auto& methods = found[filled(each.pattern)];
      methods.insert(std::string{to_string(each.verb)});
      if (each.verb == http::method::get)
        methods.insert("HEAD");
    }
    return found;
  }

  fake_service service_;
};

TEST_F(AccessMatrix, WithoutAKnownKeyNothingIsOpenThatNeedsOne) {
  const auto app = app_with({key_with_all_scopes()});
  for (const auto& [path, methods] : paths())
    for (const auto& method : every_method)
      for (const auto* presented : {"", "unknown"}) {
        SCOPED_TRACE(method + ' ' + path + ' ' + presented);
        const sample_request sample{.method = method, .target = path};
        const auto status
          = ask(*app, *presented == '\0' ? sample : sample.with("X-API-Key", presented)).status;
        // scheduled-jobs.md: a method that a path lacks comes before the key.
        const auto is_method_first = path.starts_with("/api/jobs") && !methods.contains(method);
        EXPECT_EQ(status == 401, documented_scope(path, method).has_value() && !is_method_first);
      }
}

TEST_F(AccessMatrix, EachScopeOpensWhatItShouldAndNothingElse) {
  for (const auto scope : every_scope) {
    const auto app = app_with({key_with({scope})});
    for (const auto& [path, methods] : paths())
      for (const auto& method : every_method) {
        SCOPED_TRACE(std::string{http::to_string(scope)} + ' ' + method + ' ' + path);
        const auto needed = documented_scope(path, method);
        const auto answer
          = ask(*app, sample_request{.method = method, .target = path}.with("X-API-Key", key_text));
        EXPECT_NE(answer.status, 401);
        const auto lacks = answer.body.find("lacks the scope") != std::string::npos;
        if (method != "HEAD")
          EXPECT_EQ(lacks, needed && *needed != scope);
        else
          EXPECT_EQ(answer.status == 403, needed && *needed != scope);
      }
  }
}

TEST_F(AccessMatrix, PathsHaveTheMethodsOfTheTableAndNoOthers) {
  const auto app = app_with({key_with_all_scopes()});
  for (const auto& [path, methods] : paths())
    for (const auto& method : every_method) {
      SCOPED_TRACE(method + ' ' + path);
      const auto answer
        = ask(*app, sample_request{.method = method, .target = path}.with("X-API-Key", key_text));
      const bool is_messaging = path.starts_with("/api/messaging/") || path == "/api/agents";
      if (methods.contains(method)) {
        EXPECT_NE(answer.status, 405);
        EXPECT_EQ(answer.body.find("API endpoint not found"), std::string::npos);
      } else {
        EXPECT_EQ(answer.status, is_messaging ? 404 : 405);
        EXPECT_EQ(answer.count("Allow"), is_messaging ? 0U : 1U);
      }
    }
}

TEST_F(AccessMatrix, OrganisationsAreThoseOfTheKey) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::completed); };
  const auto app = app_with({key_with_all_scopes()});
  for (const auto& [path, methods] : paths())
    for (const auto& method : methods)
      ask(*app, sample_request{.method = method, .target = path}.with("X-API-Key", key_text));

  for (const auto& asked : service_.asked)
    EXPECT_EQ(asked.organisation, "org-all");
  for (const auto& asked : service_.listed)
    EXPECT_EQ(asked.organisation, "org-all");
  EXPECT_FALSE(service_.asked.empty() || service_.listed.empty());
}

TEST_F(AccessMatrix, TableHoldsAllApis) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [path, methods] : paths())
    for (const auto* prefix :
         {"/api/messaging/", "/api/jobs", "/services/agent-jobs", "/organizations/", "/agents/"})
      counts[prefix] += path.starts_with(prefix) ? 1 : 0;

  for (const auto& [prefix, count] : counts)
    EXPECT_GT(count, 0U) << prefix;
}

} // namespace
} // namespace callboard::tests
