#include "actors/registry/write_behind.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/actors/registry/parts/fake_outbox.hpp"

namespace callboard::actors::test {

namespace {

const store_outcome disk_full = fail(errc::io, "disk full");

class listener : public batch_listener {
public:
  void on_written(const store_batch& batch) override {
    written.push_back(batch);
  }

  void on_refused(const store_batch& batch) override {
    refused.push_back(batch);
  }

  void on_store_changed(std::string_view fault) override {
    faults.emplace_back(fault);
  }

  std::vector<store_batch> written;
  std::vector<store_batch> refused;
  std::vector<std::string> faults;
};

class WriteBehind : public ::testing::Test {
protected:
  fake_outbox out;
  listener told;
  write_behind durable{out, told, true};
  write_behind gathering{out, told, false};
};

TEST_F(WriteBehind, NothingIsSentBeforeTheStartIsComplete) {
  batch_place place;
  durable.put(place, job_of(1));
  EXPECT_TRUE(out.commits.empty());

  durable.begin();

  ASSERT_EQ(out.commits.size(), 1u);
  EXPECT_EQ(out.commits.front().what->snapshots.size(), 1u);
}

TEST_F(WriteBehind, OneBatchAtATimeWithTheNewestSnapshotOfEachJob) {
  durable.begin();
  batch_place first;
  batch_place second;
  durable.put(first, job_of(1));
  durable.put(first, job_of(1, job_state::processing));
  durable.put(second, job_of(2));
  const auto newest = job_of(1, job_state::completed);
  durable.put(first, newest);
  ASSERT_EQ(out.commits.size(), 1u);

  out.answer(out.commits, {});

  ASSERT_EQ(out.commits.size(), 1u);
  const auto& next = out.commits.front().what->snapshots;
  ASSERT_EQ(next.size(), 2u);
  EXPECT_EQ(next.front(), newest);
  EXPECT_EQ(told.written.size(), 1u);
}

TEST_F(WriteBehind, SnapshotIsStoredOnceItsBatchIs) {
  durable.begin();
  batch_place place;
  durable.put(place, job_of(1));
  EXPECT_FALSE(durable.is_stored(place));

  out.answer(out.commits, {});

  EXPECT_TRUE(durable.is_stored(place));
  EXPECT_TRUE(durable.is_settled());
}

TEST_F(WriteBehind, SnapshotThatIsTakenBackIsNotSent) {
  batch_place gone;
  batch_place kept;
  durable.put(gone, job_of(1));
  durable.put(kept, job_of(2));
  durable.take_back(gone);
  durable.take_back(gone);

  durable.begin();

  ASSERT_EQ(out.commits.size(), 1u);
  const auto& sent = out.commits.front().what->snapshots;
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent.front()->spec->id, job_of(2)->spec->id);
}

TEST_F(WriteBehind, SnapshotThatIsPutAgainIsSent) {
  batch_place place;
  durable.put(place, job_of(1));
  durable.take_back(place);
  durable.put(place, job_of(1));

  durable.begin();

  ASSERT_EQ(out.commits.size(), 1u);
  EXPECT_EQ(out.commits.front().what->snapshots.size(), 1u);
}

TEST_F(WriteBehind, BatchOfWhatWasTakenBackIsNotSent) {
  batch_place place;
  durable.put(place, job_of(1));
  durable.take_back(place);

  durable.begin();

  EXPECT_TRUE(out.commits.empty());
  EXPECT_TRUE(durable.is_settled());
}

TEST_F(WriteBehind, AnswersComeAfterTheNextBatchIsOnItsWay) {
  durable.begin();
  batch_place place;
  std::size_t under_way = 0;
  durable.answer_when_stored([&](bool is_stored) {
    EXPECT_TRUE(is_stored);
    under_way = out.commits.size();
  });
  durable.put(place, job_of(1));
  durable.put(place, job_of(1, job_state::processing));

  out.answer(out.commits, {});

  EXPECT_EQ(under_way, 1u);
}

TEST_F(WriteBehind, LastChangeIsRefusedFirst) {
  durable.begin();
  std::vector<int> order;
  const auto note = [&](int number) {
    durable.answer_when_stored([&order, number](bool is_stored) {
      EXPECT_FALSE(is_stored);
      order.push_back(number);
    });
  };
  const auto id = job_of(1)->spec->id;
  note(1);
  note(2);
  durable.put_schedule(id, nullptr);
  durable.flush_if_idle();
  note(3);
  durable.put_schedule(id, nullptr);

  out.answer(out.commits, disk_full);

  EXPECT_EQ(order, (std::vector{3, 2, 1}));
  EXPECT_EQ(told.refused.size(), 1u);
}

TEST_F(WriteBehind, FailingStoreIsLeftAloneThenAskedAgain) {
  durable.begin();
  const auto id = job_of(1)->spec->id;
  durable.put_schedule(id, nullptr);
  durable.erase(id);
  durable.flush_if_idle();
  out.answer(out.commits, disk_full);
  EXPECT_EQ(durable.fault(), "disk full");
  batch_place place;
  durable.put(place, job_of(2));
  EXPECT_TRUE(out.commits.empty());
  ASSERT_EQ(out.retries.size(), 1u);

  durable.retry();

  ASSERT_EQ(out.commits.size(), 1u);
  const auto& batch = *out.commits.front().what;
  EXPECT_EQ(batch.schedules.count(id), 1u);
  EXPECT_EQ(batch.erased, std::vector{id});
  EXPECT_EQ(batch.snapshots.size(), 1u);
  out.answer(out.commits, {});
  EXPECT_EQ(durable.fault(), "");
  EXPECT_EQ(told.faults, (std::vector<std::string>{"disk full", ""}));
}

TEST_F(WriteBehind, FailingStoreIsAskedEvenWithNothingToWrite) {
  durable.begin();
  batch_place place;
  durable.put(place, job_of(1));
  out.answer(out.commits, disk_full);

  durable.retry();

  EXPECT_EQ(out.commits.size(), 1u);
}

TEST_F(WriteBehind, NewerScheduleOutlivesTheOneThatWasRefused) {
  durable.begin();
  const auto id = job_of(1)->spec->id;
  durable.put_schedule(id, std::make_shared<scheduled_job>());
  durable.flush_if_idle();
  const auto newer = std::make_shared<scheduled_job>();
  durable.put_schedule(id, newer);

  out.answer(out.commits, disk_full);
  durable.retry();

  EXPECT_EQ(out.commits.front().what->schedules.at(id), newer);
}

TEST_F(WriteBehind, StoreThatIsNotDurableGathersUntilItIsAsked) {
  gathering.begin();
  batch_place places[256];
  for (std::uint8_t number = 0; number < 255; ++number)
    gathering.put(places[number], job_of(number));
  EXPECT_TRUE(out.commits.empty());

  gathering.put(places[255], job_of(255));

  ASSERT_EQ(out.commits.size(), 1u);
  gathering.flush();
  EXPECT_EQ(out.commits.size(), 1u) << "nothing had gathered";
}

TEST_F(WriteBehind, GatheringEnds) {
  struct end {
    const char* by;
    std::function<void(write_behind&)> act;
  };
  const end ends[] = {
    {"a flush", [](write_behind& what) { what.flush(); }},
    {"the stop of the engine", [](write_behind& what) { what.stop_gathering(); }},
    {"an answer that waits",
     [](write_behind& what) {
       what.answer_when_stored([](bool) {});
       what.flush_if_idle();
     }},
    {"a megabyte that the store is to forget",
     [](write_behind& what) {
       what.erase({}, 1024 * 1024);
       what.flush_if_idle();
     }},
    // Sessions that came and went without a message stayed in the batch, and in memory, without end.
    {"as many sessions as jobs that may gather",
     [](write_behind& what) {
       for (std::uint8_t number = 0; number < 255; ++number)
         what.put_session(job_of(number)->spec->id, {job_of(number)->spec->id});
       what.flush_if_idle();
     }},
  };
  for (const auto& each : ends) {
    write_behind fresh{out, told, false};
    fresh.begin();
    batch_place place;
    fresh.put(place, job_of(1));
    ASSERT_TRUE(out.commits.empty()) << each.by;

    each.act(fresh);

    EXPECT_EQ(out.commits.size(), 1u) << each.by;
    out.commits.clear();
  }
}

TEST_F(WriteBehind, ErasesInPortions) {
  for (int count = 0; count < 1201; ++count)
    durable.erase({});

  durable.begin();

  std::vector<std::size_t> sizes;
  while (!out.commits.empty()) {
    sizes.push_back(out.commits.front().what->erased.size());
    out.answer(out.commits, {});
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{500, 500, 201}));
}

} // namespace

} // namespace callboard::actors::test
