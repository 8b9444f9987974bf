#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <callboard/http_server.hpp>

#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/support/raw_client.hpp"

namespace callboard::tests {

inline const std::string jobs_path = "/api/messaging/jobs";
inline const std::string job_path = jobs_path + '/' + std::string{sample_job_id};

/// A real server on a free port over a fake service.
class running_server {
public:
  explicit running_server(calling how = calling::inside, http_options options = {},
                          std::function<void(const http_log_entry&)> log = {})
    : service(how) {
    service.on_get = [](const job_ref&) { return sample_job(job_state::completed); };
    options.port = 0;
    auto started = http_server::start(std::move(options), service, nullptr, std::move(log));
    if (!started)
      throw std::runtime_error{started.error().message};
    server.emplace(std::move(*started));
  }

  raw_client connect() const {
    return raw_client{server->port()};
  }

  // The service outlives the server, as it must.
  fake_service service;
  std::optional<http_server> server;
};

} // namespace callboard::tests
