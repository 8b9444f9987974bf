#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/schedules/schedule_book.hpp"

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

TEST(ScheduleBook, NamesAreUniqueInTheirOrganisation) {
  core::schedule_book book;
  book.add(job(1, "x"));

  EXPECT_TRUE(book.is_taken("a", "x", numbered(2)));
  EXPECT_FALSE(book.is_taken("a", "x", numbered(1)));
  EXPECT_FALSE(book.is_taken("a", "X", numbered(2)));
  EXPECT_FALSE(book.is_taken("b", "x", numbered(2)));
}

TEST(ScheduleBook, TheEarliestIsDueFirst) {
  core::schedule_book book;
  EXPECT_FALSE(book.next_due(start));
  book.add(job(3, "x"));
  book.add(job(2, "y"));

  EXPECT_EQ(book.next_due(start), start + 2s);
  EXPECT_FALSE(book.due(start + 1999ms));
  EXPECT_EQ(book.due(start + 5s), numbered(2));
  book.put(core::on_due(book.find(numbered(2))->job, 0, start + 2s).next);
  EXPECT_EQ(book.due(start + 5s), numbered(3));
  book.remove(numbered(3));
  EXPECT_EQ(book.next_due(start), start + 4s);
}

TEST(ScheduleBook, ListsByNameWhatMatches) {
  core::schedule_book book;
  book.add(job(1, "b"));
  book.add(job(2, "a"));
  book.add(job(3, "c", "other"));

  EXPECT_EQ(names(book.list({})), "a b c ");
  EXPECT_EQ(names(book.list({.organisation = "a"})), "a b ");
  EXPECT_EQ(names(book.list({.name = "b"})), "b ");
  EXPECT_EQ(names(book.list({.agent_id = numbered(1)})), "");
  EXPECT_EQ(names(book.list({.status = schedule_status::paused})), "");
}

TEST(ScheduleBook, ListIsPagedByPlace) {
  core::schedule_book book;
  for (const auto* name : {"a", "b", "d"})
    book.add(job(static_cast<std::uint8_t>(name[0]), name));
  book.add(job(1, "b", "other"));
  const auto page
    = [&](std::string organisation, std::size_t limit, std::optional<schedule_place> after) {
        schedule_query wanted;
        wanted.organisation = std::move(organisation);
        wanted.limit = limit;
        wanted.after = std::move(after);
        return names(book.list(wanted));
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

TEST(ScheduleBook, NameOfAChangedJobIsFree) {
  core::schedule_book book;
  book.add(job(1, "x"));
  auto what = *book.find(numbered(1))->job.record->definition;
  what.name = "y";

  book.put(core::edit(book.find(numbered(1))->job, what, start).value());

  EXPECT_FALSE(book.is_taken("a", "x", numbered(2)));
  EXPECT_TRUE(book.is_taken("a", "y", numbered(2)));
}

TEST(ScheduleBook, ManualRunsAreKeptApart) {
  core::schedule_book book;
  book.add(job(1, "x"));
  book.begin_run(numbered(1), numbered(10), run_trigger::schedule);
  book.begin_run(numbered(1), numbered(11), run_trigger::manual);
  book.begin_run(numbered(1), numbered(12), run_trigger::missed);
  book.end_run(numbered(1), numbered(10));
  book.end_run(numbered(2), numbered(10));

  const auto gone = book.remove(numbered(1));

  EXPECT_EQ(gone.runs, std::vector{numbered(12)});
  EXPECT_EQ(gone.manual_runs, std::vector{numbered(11)});
}

TEST(ScheduleBook, StalledJobsAreLookedAtSoon) {
  core::schedule_book book;
  book.stall(numbered(1));

  EXPECT_EQ(book.next_due(start), start + 1s);
  EXPECT_EQ(book.take_stalled(), std::vector{numbered(1)});
  EXPECT_FALSE(book.next_due(start));
}

} // namespace

} // namespace callboard::test
