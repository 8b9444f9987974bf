// A year of scheduled jobs in zones whose clocks jump, in virtual time, against what libc's clocks show.

#include <cstdlib>
#include <ctime>
#include <set>

#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

using std::chrono::days;
using std::chrono::minutes;

/// All offsets, jumps and times of this test are multiples of it.
constexpr minutes tick{15};

constexpr auto year = days{366};

struct zone_year {
  const char* zone;
  /// UTC.
  std::chrono::year_month_day first_day;
  /// How often its clocks jump in that year.
  int jumps;
};

void PrintTo(const zone_year& what, std::ostream* out) {
  *out << what.zone;
}

/// What clocks show, as a number that orders like it: days and minutes.
struct wall_clock {
  long day;
  int minute;
  int weekday;
  int month;

  friend bool operator<(const wall_clock& left, const wall_clock& right) {
    return std::pair{left.day, left.minute} < std::pair{right.day, right.minute};
  }
};

/// The C library's reading of the tz database, which Callboard does not use.
class libc_clock {
public:
  explicit libc_clock(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  libc_clock(const libc_clock&) = delete;
  libc_clock& operator=(const libc_clock&) = delete;

  ~libc_clock() {
    unsetenv("TZ");
    tzset();
  }

  wall_clock at(system_time time) const {
    const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count() / 1000);
    std::tm shown{};
    localtime_r(&seconds, &shown);
    const std::chrono::year_month_day date{
      std::chrono::year{shown.tm_year + 1900},
      std::chrono::month{static_cast<unsigned>(shown.tm_mon + 1)},
      std::chrono::day{static_cast<unsigned>(shown.tm_mday)}};
    return {std::chrono::sys_days{date}.time_since_epoch().count(),
            shown.tm_hour * 60 + shown.tm_min, shown.tm_wday, shown.tm_mon + 1};
  }
};

/// Half past 0, 1, 2 and 3: hours of a day, each meant once.
constexpr auto fixed_times = "30 0-3 * * *";

/// When that is due: whenever the clocks come to show it or a later time for the first time.
std::set<system_time> due_fixed(const libc_clock& clock, system_time from, system_time to) {
  std::set<system_time> due;
  // The next time that is wanted; clocks that run backwards do not bring it back.
  auto wanted = clock.at(from);
  wanted.minute = 30;
  const auto go_on = [&] {
    wanted.minute += 60;
    if (wanted.minute > 3 * 60 + 30) {
      wanted.minute = 30;
      ++wanted.day;
    }
  };
  while (!(clock.at(from) < wanted))
    go_on();
  for (auto time = from; time < to; time += tick)
    for (const auto shown = clock.at(time); !(shown < wanted); go_on())
      due.insert(time);
  return due;
}

/// Half past every hour, on the days of the week and in the months in which clocks jump.
constexpr auto paced_times = "30 * * 2-4,9-12 FRI,SUN";

/// When that is due: whenever the clocks show it.
std::set<system_time> due_paced(const libc_clock& clock, system_time from, system_time to) {
  std::set<system_time> due;
  for (auto time = from; time < to; time += tick) {
    const auto shown = clock.at(time);
    const auto is_day = shown.weekday == 5 || shown.weekday == 0;
    const auto is_month = (shown.month >= 2 && shown.month <= 4) || shown.month >= 9;
    if (shown.minute % 60 == 30 && is_day && is_month)
      due.insert(time);
  }
  return due;
}

int jumps_of(const libc_clock& clock, system_time from, system_time to) {
  const auto offset = [&](system_time time) {
    const auto shown = clock.at(time);
    return minutes{shown.day * 24 * 60 + shown.minute}
           - std::chrono::floor<minutes>(time.time_since_epoch());
  };
  int jumps = 0;
  for (auto time = from + tick; time < to; time += tick)
    jumps += offset(time) != offset(time - tick);
  return jumps;
}

class ScheduleYear : public schedule_test, public ::testing::WithParamInterface<zone_year> {
protected:
  void SetUp() override {
    from_ = std::chrono::sys_days{GetParam().first_day};
    now_ = from_ - 1h;
    *clock_error = now_ - wall_start;
    info.concurrency = 10;
    runner->on_start = [this](const task_ptr& task, const completion& done) {
      const auto& spec = *task->job->spec;
      EXPECT_EQ(spec.due_at, now_) << "late or early";
      EXPECT_EQ(spec.run->trigger, run_trigger::schedule);
      fired_[spec.run->schedule_id].push_back(spec.due_at);
      done(agent_answer::complete(""));
    };
    start();
  }

  scheduled_job_ptr add(const char* name, const char* schedule) {
    auto wanted = at(schedule);
    wanted.name = name;
    wanted.timezone = GetParam().zone;
    wanted.overlap = overlap_policy::allow;
    return make(wanted).value();
  }

  void go_to(system_time time) {
    const auto by = time - now_;
    now_ = time;
    advance(by);
    // What the store was told is of no interest here, and it is a lot.
    keeper.written.clear();
    keeper.kept.clear();
    runner->started.clear();
  }

  system_time from_;
  system_time now_;
  std::map<uuid, std::vector<system_time>> fired_;
};

TEST_P(ScheduleYear, FiresWhenLibcsClocksSaySoAndAtNoOtherTime) {
  const libc_clock clock{GetParam().zone};
  const auto to = from_ + year;
  ASSERT_EQ(jumps_of(clock, from_, to), GetParam().jumps) << "another tz database?";
  const auto fixed_due = due_fixed(clock, from_, to);
  const auto paced_due = due_paced(clock, from_, to);
  go_to(from_ - 1ms);
  const auto fixed = add("fixed", fixed_times);
  const auto paced = add("paced", paced_times);
  auto all = fixed_due;
  all.insert(paced_due.begin(), paced_due.end());
  ASSERT_GT(all.size(), 2000u);

  for (const auto due : all) {
    go_to(due - 1ms); // what fires too early is told by the agent
    go_to(due);
  }
  go_to(to - 1ms);

  EXPECT_EQ(fired_[fixed->id], (std::vector<system_time>{fixed_due.begin(), fixed_due.end()}));
  EXPECT_EQ(fired_[paced->id], (std::vector<system_time>{paced_due.begin(), paced_due.end()}));
  for (const auto& one : {now(fixed), now(paced)}) {
    EXPECT_EQ(one->run_count, fired_[one->id].size());
    EXPECT_EQ(one->missed_count, 0u);
    EXPECT_EQ(one->skipped_count, 0u);
    EXPECT_EQ(one->failure_count, 0u);
  }
}

using std::chrono::January;
using std::chrono::July;

INSTANTIATE_TEST_SUITE_P(
  Zones, ScheduleYear,
  ::testing::Values(zone_year{"America/New_York", January / 1 / 2026, 2},
                    zone_year{"America/St_Johns", January / 1 / 2026, 2}, // offset of half an hour
                    zone_year{"America/Santiago", January / 1 / 2025,
                              2}, // south, jumps at midnight
                    zone_year{"Europe/Berlin", January / 1 / 2026, 2},
                    zone_year{"Europe/Dublin", January / 1 / 2026, 2},       // "negative" saving
                    zone_year{"Antarctica/Troll", January / 1 / 2026, 2},    // two hours
                    zone_year{"Australia/Lord_Howe", January / 1 / 2026, 2}, // half an hour
                    zone_year{"Australia/Sydney", January / 1 / 2026, 2},
                    zone_year{"Pacific/Chatham", January / 1 / 2026, 2}, // offset of 45 minutes
                    zone_year{"Asia/Kathmandu", January / 1 / 2026, 0},  // the same, without DST
                    zone_year{"Africa/Cairo", January / 1 / 2025, 2},    // jumps on a Friday
                    zone_year{"America/Sao_Paulo", July / 1 / 2018, 2},  // its last DST
                    zone_year{"America/Sao_Paulo", January / 1 / 2026, 0},
                    zone_year{"Pacific/Apia", July / 1 / 2011, 3})); // leaves out a whole day

} // namespace

} // namespace callboard::actors::test
