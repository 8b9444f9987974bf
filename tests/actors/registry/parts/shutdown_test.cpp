#include "tests/actors/registry/parts/parts_fixture.hpp"

// The end of an engine, without actors.

namespace callboard::actors::test {

namespace {

class Shutdown : public parts_test {
protected:
  void drain(std::chrono::milliseconds grace = 10s) {
    auto call = std::make_shared<drain_call>();
    call->grace = grace;
    call->done = [this] { ++drained; };
    parts->end().begin(call);
    parts->settle();
  }

  void end_grace() {
    parts->end().on_grace_over();
    parts->settle();
  }

  int drained = 0;
};

TEST_F(Shutdown, OfAnIdleEngineIsAnsweredAtOnce) {
  start();

  drain();

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(out.stops, std::vector<std::chrono::milliseconds>{10s});
  submit(message());
  EXPECT_EQ(created.back().error().code, errc::unavailable);
}

TEST_F(Shutdown, WaitsForWhatRuns) {
  start();
  const auto job = create(message());
  happen(job, core::event::taken{out.begun.begin()->second.record->tasks.back().id});
  drain();
  EXPECT_EQ(drained, 0);

  const auto task = out.begun.begin()->second.record->tasks.back().id;
  happen(job, core::event::answered{task, agent_answer::complete("done")});
  store();

  EXPECT_EQ(drained, 1);
}

TEST_F(Shutdown, TellsLiveJobsWhatTheStoreMakesPossible) {
  struct sample {
    bool is_durable;
    std::vector<std::string> told;
    int drained;
  };
  const sample samples[] = {
    {false, {"pause agents", "stop 1"}, 0},
    {true, {"pause agents", "abandon 1"}, 1},
  };
  for (const auto& each : samples) {
    out = {};
    table = std::make_shared<job_table>();
    drained = 0;
    is_durable = each.is_durable;
    start();
    const auto job = create(message());
    happen(job, core::event::taken{out.begun.begin()->second.record->tasks.back().id});
    store();
    drain();

    end_grace();

    EXPECT_EQ(out.told, each.told);
    EXPECT_EQ(drained, each.drained);
    if (!each.is_durable)
      happen(job, core::event::stopped{});
    store();
    EXPECT_EQ(drained, 1);
  }
}

TEST_F(Shutdown, StoreThatFailsDoesNotHoldItUp) {
  is_durable = true;
  start();
  submit(message());
  drain(0ms);
  end_grace();
  EXPECT_EQ(drained, 0);

  refuse_batch();

  EXPECT_EQ(drained, 1);
}

TEST_F(Shutdown, EachCallIsAnsweredOnce) {
  start();
  const auto job = create(message());
  drain();
  drain();

  end_grace();
  happen(job, core::event::stopped{});
  store();
  parts->settle();

  EXPECT_EQ(drained, 2);
}

} // namespace

} // namespace callboard::actors::test
