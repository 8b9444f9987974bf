#include <algorithm>
#include <array>
#include <sstream>

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

enum class action { answer, answer_twice, fail, cancel, deadline, drain };

constexpr std::array action_names{"answer", "answer_twice", "fail", "cancel", "deadline", "drain"};

/// What happens to one job, and how far messages get in between.
struct plan {
  std::vector<action> actions;
  std::vector<int> turns;
  bool newest_first = false;
  bool is_durable = false;

  std::string describe() const {
    std::ostringstream out;
    for (std::size_t i = 0; i < actions.size(); ++i)
      out << action_names[static_cast<std::size_t>(actions[i])] << '/' << turns[i] << ' ';
    out << (newest_first ? "newest first" : "oldest first") << (is_durable ? ", durable" : "");
    return out.str();
  }
};

/// One plan in a world of its own.
class run_of_plan : public actor_test {
public:
  void try_plan(const plan& what) {
    SCOPED_TRACE(what.describe());
    perform_all(what);
    TearDown();
  }

  void TestBody() override {
    // nop
  }

private:
  void perform(action what, const job_ptr& job) {
    switch (what) {
      case action::answer:
        answer(agent_answer::complete("done"));
        break;
      case action::answer_twice:
        answer(agent_answer::complete("done"));
        answer(agent_answer::complete("again"));
        break;
      case action::fail:
        answer(agent_answer::failure("no"));
        break;
      case action::cancel:
        jobs->cancel({job->spec->id, {}, {}}, {}, canceled.emplace_back().callback());
        break;
      case action::deadline:
        advance_without_run(30s);
        break;
      case action::drain:
        begin_drain(0ms);
        break;
    }
  }

  void answer(agent_answer what) {
    if (!runner->open.empty())
      runner->open.front().done(std::move(what));
  }

  /// Everything that must hold however the messages were interleaved.
  void check(const job_ptr& job, const job_slot& waiting) {
    const auto last = get(job).value();
    EXPECT_EQ(waiting.count, 1);
    std::size_t wins = 0;
    for (const auto& one : canceled) {
      EXPECT_EQ(one.count, 1);
      wins += one.value->has_value() ? 1 : 0;
    }
    EXPECT_EQ(wins, last->state == job_state::canceled ? 1u : 0u);
    check_history(job);
    if (!is_terminal(last->state))
      return; // left for the next start
    EXPECT_NE(last->outcome, nullptr);
    for (const auto& task : last->tasks)
      EXPECT_TRUE(task.finished_at.has_value());
    EXPECT_EQ(health().live, 0u);
  }

  /// Versions only grow, one terminal state, nothing after it: as the store saw it.
  void check_history(const job_ptr& job) {
    std::uint64_t version = 0;
    int terminals = 0;
    for (const auto& batch : keeper.written)
      for (const auto& snapshot : batch->snapshots) {
        if (snapshot->spec->id != job->spec->id)
          continue;
        EXPECT_GT(snapshot->version, version);
        version = snapshot->version;
        EXPECT_EQ(terminals, 0) << "written after its end";
        terminals += is_terminal(snapshot->state) ? 1 : 0;
      }
  }

  void perform_all(const plan& what) {
    is_durable = what.is_durable;
    start();
    const auto job = create(message(30s));
    job_slot waiting;
    jobs->wait({job->spec->id, {}, {}}, 25s, waiting.callback());
    run();
    for (std::size_t i = 0; i < what.actions.size(); ++i) {
      perform(what.actions[i], job);
      for (int turn = 0; turn < what.turns[i]; ++turn)
        step(what.newest_first);
    }
    run();
    advance(60s);
    check(job, waiting);
  }

  std::deque<job_slot> canceled;
};

void try_all(std::vector<action> actions) {
  std::sort(actions.begin(), actions.end());
  do {
    for (int first = 0; first < 4; ++first)
      for (int second = 0; second < 4; ++second)
        for (const auto newest_first : {false, true})
          for (const auto durable : {false, true})
            run_of_plan{}.try_plan({actions, {first, second, 0}, newest_first, durable});
  } while (std::next_permutation(actions.begin(), actions.end()));
}

TEST(Interleaving, OfAnswerCancelAndDeadlineEndsJobOnce) {
  try_all({action::answer, action::cancel, action::deadline});
}

TEST(Interleaving, OfTwoAnswersAndTwoCancelsEndsJobOnce) {
  try_all({action::answer_twice, action::cancel, action::cancel});
}

TEST(Interleaving, OfFailureCancelAndDeadlineEndsJobOnce) {
  try_all({action::fail, action::cancel, action::deadline});
}

TEST(Interleaving, OfAnswerCancelAndDrainEndsJobOnce) {
  try_all({action::answer, action::cancel, action::drain});
}

TEST(Interleaving, OfAnswerDeadlineAndDrainEndsJobOnce) {
  try_all({action::answer, action::deadline, action::drain});
}

TEST(Interleaving, OfCancelDeadlineAndDrainEndsJobOnce) {
  try_all({action::cancel, action::deadline, action::drain});
}

} // namespace

} // namespace callboard::actors::test
