#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/schedules/schedule_index.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

constexpr system_time start{1'000'000'000ms};

uuid numbered(std::uint8_t number) {
  uuid made;
  made.bytes[15] = number;
  return made;
}

core::live_schedule job(std::uint8_t number, std::string name, std::string organisation = "a") {
  schedule_definition what;
  what.name = std::move(name);
  what.agent_id = numbered(99);
  what.interval = std::chrono::seconds{number};
  what.payload = json_text::from_valid("{}");
  return core::make_schedule(what, std::move(organisation), numbered(number), start).value();
}

std::string names(const std::vector<scheduled_job_ptr>& jobs) {
  std::string all;
  for (const auto& one : jobs)
    all += one->definition->name + ' ';
  return all;
}

TEST(ScheduleIndex, NamesAreUniqueInTheirOrganisation) {
  core::schedule_index index;
  index.add(job(1, "x"));

  EXPECT_TRUE(index.is_taken("a", "x", numbered(2)));
  EXPECT_FALSE(index.is_taken("a", "x", numbered(1)));
  EXPECT_FALSE(index.is_taken("a", "X", numbered(2)));
  EXPECT_FALSE(index.is_taken("b", "x", numbered(2)));
}

TEST(ScheduleIndex, TheEarliestIsDueFirst) {
  core::schedule_index index;
  EXPECT_FALSE(index.next_due(start));
  index.add(job(3, "x"));
  index.add(job(2, "y"));

  EXPECT_EQ(index.next_due(start), start + 2s);
  EXPECT_FALSE(index.due(start + 1999ms));
  EXPECT_EQ(index.due(start + 5s), numbered(2));
  index.put(core::on_due(index.find(numbered(2))->job, 0, start + 2s).next);
  EXPECT_EQ(index.due(start + 5s), numbered(3));
  index.remove(numbered(3));
  EXPECT_EQ(index.next_due(start), start + 4s);
}

TEST(ScheduleIndex, ListsByNameWhatMatches) {
  core::schedule_index index;
  index.add(job(1, "b"));
  index.add(job(2, "a"));
  index.add(job(3, "c", "other"));

  EXPECT_EQ(names(index.list({})), "a b c ");
  EXPECT_EQ(names(index.list({.organisation = "a"})), "a b ");
  EXPECT_EQ(names(index.list({.name = "b"})), "b ");
  EXPECT_EQ(names(index.list({.agent_id = numbered(1)})), "");
  EXPECT_EQ(names(index.list({.status = schedule_status::paused})), "");
}

TEST(ScheduleIndex, ListIsPagedByPlace) {
  core::schedule_index index;
  for (const auto* name : {"a", "b", "d"})
    index.add(job(static_cast<std::uint8_t>(name[0]), name));
  index.add(job(1, "b", "other"));
  const auto page
    = [&](std::string organisation, std::size_t limit, std::optional<schedule_place> after) {
        schedule_query wanted;
        wanted.organisation = std::move(organisation);
        wanted.limit = limit;
        wanted.after = std::move(after);
        return names(index.list(wanted));
      };

  EXPECT_EQ(page("a", 2, {}), "a b ");
  EXPECT_EQ(page("a", 2, schedule_place{"b", "a"}), "d ");
  EXPECT_EQ(page("a", 2, schedule_place{"d", "a"}), "");
  EXPECT_EQ(page("a", 2, schedule_place{"", "a"}), "a b ");
  // Nobody has to be at that place any more.
  EXPECT_EQ(page("a", 0, schedule_place{"c", "a"}), "d ");
  EXPECT_EQ(page("a", 1, schedule_place{"a", "a"}), "b ");
  EXPECT_EQ(page("other", 5, schedule_place{"a", "other"}), "b ");
  // Everybody's: names are not unique.
  EXPECT_EQ(page("", 2, {}), "a b ");
  EXPECT_EQ(page("", 2, schedule_place{"b", "a"}), "b d ");
  EXPECT_EQ(page("", 2, schedule_place{"b", "other"}), "d ");
}

TEST(ScheduleIndex, NameOfAChangedJobIsFree) {
  core::schedule_index index;
  index.add(job(1, "x"));
  auto what = *index.find(numbered(1))->job.record->definition;
  what.name = "y";

  index.put(core::edit(index.find(numbered(1))->job, what, start).value());

  EXPECT_FALSE(index.is_taken("a", "x", numbered(2)));
  EXPECT_TRUE(index.is_taken("a", "y", numbered(2)));
}

TEST(ScheduleIndex, ManualRunsAreKeptApart) {
  core::schedule_index index;
  index.add(job(1, "x"));
  index.begin_run(numbered(1), numbered(10), run_trigger::schedule);
  index.begin_run(numbered(1), numbered(11), run_trigger::manual);
  index.begin_run(numbered(1), numbered(12), run_trigger::missed);
  index.end_run(numbered(1), numbered(10));
  index.end_run(numbered(2), numbered(10));

  const auto gone = index.remove(numbered(1));

  EXPECT_EQ(gone.runs, std::vector{numbered(12)});
  EXPECT_EQ(gone.manual_runs, std::vector{numbered(11)});
}

TEST(ScheduleIndex, StalledJobsAreLookedAtSoon) {
  core::schedule_index index;
  index.stall(numbered(1));

  EXPECT_EQ(index.next_due(start), start + 1s);
  EXPECT_EQ(index.take_stalled(), std::vector{numbered(1)});
  EXPECT_FALSE(index.next_due(start));
}

} // namespace

} // namespace callboard::test
