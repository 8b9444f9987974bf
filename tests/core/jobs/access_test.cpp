#include "core/jobs/access.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

/// Asks for a job of kind `agent` and organisation `default`; returns the name of the error or "seen".
std::string asked_by(std::optional<job_kind> kind, std::string organisation) {
  const auto job = job_in(situation::queued).record;
  const auto seen = core::visible_to({job->spec->id, kind, std::move(organisation)}, job);
  if (seen) {
    EXPECT_EQ(*seen, job);
    return "seen";
  }
  return std::string{to_string(seen.error().code)};
}

} // namespace

TEST(Access, ByKindAndOrganisation) {
  EXPECT_EQ(asked_by(std::nullopt, ""), "seen");
  EXPECT_EQ(asked_by(job_kind::agent, ""), "seen");
  EXPECT_EQ(asked_by(std::nullopt, "default"), "seen");
  EXPECT_EQ(asked_by(job_kind::agent, "default"), "seen");
  EXPECT_EQ(asked_by(job_kind::message, ""), "not_found");
  EXPECT_EQ(asked_by(job_kind::message, "default"), "not_found");
  EXPECT_EQ(asked_by(std::nullopt, "other"), "forbidden");
  EXPECT_EQ(asked_by(job_kind::agent, "Default"), "forbidden");
}

TEST(Access, JobOfAnotherKindIsNotTold) {
  EXPECT_EQ(asked_by(job_kind::message, "other"), "not_found");
}

TEST(Access, WhatDoesNotExistIsNotFound) {
  EXPECT_EQ(core::visible_to({uuid{}, job_kind::agent, "other"}, nullptr).error().code,
            errc::not_found);
}

} // namespace callboard::test
