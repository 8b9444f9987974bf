#include "core/jobs/task_id.hpp"

#include <set>

#include <gtest/gtest.h>

namespace callboard::core::test {

namespace {

const uuid first_job = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
const uuid second_job = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");

TEST(TaskId, IsTheSameForTheSameAttempt) {
  EXPECT_EQ(task_id_for(first_job, 3, task_kind::retry),
            task_id_for(first_job, 3, task_kind::retry));
}

TEST(TaskId, DiffersByJobAttemptAndKind) {
  std::set<uuid> ids{first_job, second_job};
  std::size_t count = ids.size();
  for (const auto& job : {first_job, second_job})
    for (std::uint32_t attempt = 1; attempt <= 500; ++attempt)
      for (const auto kind : {task_kind::message, task_kind::start, task_kind::retry,
                              task_kind::follow_up, task_kind::run}) {
        ids.insert(task_id_for(job, attempt, kind));
        ++count;
      }

  EXPECT_EQ(ids.size(), count);
}

TEST(TaskId, IsAUuidOfVersionSevenWithTheJobsTime) {
  for (std::uint32_t attempt = 1; attempt <= 100; ++attempt) {
    const auto text = task_id_for(first_job, attempt, task_kind::start).to_string();
    EXPECT_EQ(text.substr(0, 15), "01890a5d-ac96-7");
    EXPECT_NE(std::string{"89ab"}.find(text[19]), std::string::npos) << text;
  }
}

} // namespace

} // namespace callboard::core::test
