#include "tests/actors/registry/parts/parts_fixture.hpp"

// What callers hear about schedules, without actors.

namespace callboard::actors::test {

namespace {

class ScheduleRequests : public parts_test {
protected:
  using answer = result<scheduled_job_ptr>;

  schedule_definition wanted(std::string name = "job") const {
    schedule_definition made;
    made.name = std::move(name);
    made.agent_id = agent.id;
    made.interval = 1h;
    made.payload = json_text::from_valid("{}");
    return made;
  }

  callback<scheduled_job_ptr> note() {
    return [this](answer what) { got = std::move(what); };
  }

  template <class Call>
  void ask(Call asked) {
    got.reset();
    schedule_call call{std::move(asked)};
    parts->schedule_calls().answer(call);
    parts->settle();
  }

  answer create(schedule_definition what) {
    auto parsed = core::validate(what, &core::system_zones()).value();
    ask(create_schedule{"default", std::move(what), std::move(parsed), note()});
    store();
    return got.value();
  }

  std::optional<answer> got;
};

TEST_F(ScheduleRequests, CreationIsCheckedInOrder) {
  start();
  ASSERT_TRUE(create(wanted()));
  auto of_other_agent = wanted("other");
  of_other_agent.agent_id = job_of(9)->spec->id;

  EXPECT_EQ(create(wanted()).error().code, errc::conflict);
  EXPECT_EQ(create(of_other_agent).error().code, errc::agent_not_found);
}

TEST_F(ScheduleRequests, ReferenceMustMeanAScheduleThatMayBeSeenInThatVersion) {
  start();
  const auto job = create(wanted()).value();
  struct sample {
    schedule_ref ref;
    std::optional<errc> error;
  };
  const sample samples[] = {
    {{job->id, {}, {}}, std::nullopt},
    {{job->id, "default", {}}, std::nullopt},
    {{job->id, "other", {}}, errc::not_found},
    {{job_of(9)->spec->id, {}, {}}, errc::not_found},
    {{job->id, {}, {job->version}}, std::nullopt},
    {{job->id, {}, {job->version + 1}}, errc::version_mismatch},
    {{job->id, {}, {job->version + 1, job->version}}, std::nullopt},
  };
  for (const auto& [ref, error] : samples) {
    ask(get_schedule{ref, note()});

    ASSERT_EQ(got.value().has_value(), !error);
    if (error) {
      EXPECT_EQ(got.value().error().code, *error);
    }
  }
}

TEST_F(ScheduleRequests, ChangeIsAnsweredOnceItIsStored) {
  start();
  const auto job = create(wanted()).value();

  ask(enable_schedule{{job->id, {}, {}}, false, note()});
  EXPECT_FALSE(got);
  store();

  EXPECT_EQ(got.value().value()->status, schedule_status::paused);
}

TEST_F(ScheduleRequests, ChangeThatCannotBeStoredIsRolledBack) {
  is_durable = true;
  start();
  const auto job = create(wanted()).value();
  ask(update_schedule{
    {job->id, {}, {}}, [](schedule_definition& what) { what.name = "renamed"; }, {}, note()});

  refuse_batch();

  EXPECT_EQ(got.value().error().code, errc::unavailable);
  ask(get_schedule{{job->id, {}, {}}, note()});
  EXPECT_EQ(got.value().value()->definition->name, "job");
}

TEST_F(ScheduleRequests, ScheduleThatIsBeingDeletedIsGone) {
  start();
  const auto job = create(wanted()).value();

  ask(remove_schedule{{job->id, {}, {}}, note()});
  ask(get_schedule{{job->id, {}, {}}, note()});
  EXPECT_EQ(got.value().error().code, errc::not_found);
  store();

  EXPECT_TRUE(create(wanted())) << "its name is free";
}

} // namespace

} // namespace callboard::actors::test
