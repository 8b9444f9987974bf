#include <string>

#include "tests/actors/sessions/session_fixture.hpp"

namespace callboard::actors::test {

class Sessions : public session_test {};

TEST_F(Sessions, CreatedSessionIsShownUntilItExpires) {
  start();
  const auto made = create_session({.timeout = session_minutes{5}});

  EXPECT_EQ(made->expires_at, wall_start + 5min);
  advance(5min - 1ms);
  EXPECT_TRUE(look(made));
  advance(1ms);
  const auto gone = look(made);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, session_errc::expired);
  EXPECT_EQ(gone.error().expired_at, wall_start + 5min);
}

TEST_F(Sessions, ExpiredSessionIsDroppedAfterTheRetention) {
  start();
  const auto made = create_session({.timeout = session_minutes{5}});

  advance(5min + options.message_retention - 1ms);
  EXPECT_EQ(look(made).error().code, session_errc::expired);
  advance(1ms);

  EXPECT_EQ(look(made).error().code, session_errc::not_found);
}

TEST_F(Sessions, OtherOrganisationsSeeNothing) {
  start();
  const auto made = create_session();
  state_slot slot;

  talks().get({made->spec->id, "other"}, slot.callback());
  run();

  EXPECT_EQ(slot.value->error().code, session_errc::not_found);
}

TEST_F(Sessions, UnknownAgentIsRefused) {
  start();
  auto what = wanted();
  what.agent_id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");

  const auto made = try_create(what);

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, session_errc::agent_not_found);
  EXPECT_EQ(made.error().agent_id, what.agent_id);
}

TEST_F(Sessions, CapacityCountsUnexpiredOnes) {
  options.sessions.sessions_max = 2;
  start();
  create_session({.timeout = session_minutes{5}});
  create_session({.timeout = session_minutes{10}});

  const auto refused = try_create(wanted());
  advance(5min);
  const auto made = try_create(wanted());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, session_errc::too_many_sessions);
  EXPECT_EQ(refused.error().count, 2u);
  EXPECT_TRUE(made);
}

TEST_F(Sessions, ListHasUnexpiredOnesNewestFirst) {
  start();
  const auto short_one = create_session({.timeout = session_minutes{5}});
  const auto second = create_session();
  advance(1ms);
  const auto third = create_session();
  advance(5min);
  outcome_slot<session_result<session_list>> slot;

  talks().list("default", 1, slot.callback());
  run();

  const auto& found = **slot.value;
  ASSERT_EQ(found.sessions.size(), 1u);
  EXPECT_EQ(found.sessions[0]->spec->id, third->spec->id);
  EXPECT_EQ(found.active, 2u);
  EXPECT_EQ(found.expired, 1u);
}

TEST_F(Sessions, HealthCountsThoseNearTheirEnd) {
  start();
  create_session({.timeout = session_minutes{6}});
  create_session();
  advance(1min);
  outcome_slot<session_health> slot;

  talks().health(slot.callback());
  run();

  EXPECT_TRUE(slot.value->is_healthy);
  EXPECT_EQ(slot.value->active, 2u);
  EXPECT_EQ(slot.value->near_expiration, 1u);
  EXPECT_EQ(slot.value->uptime, 1min);
}

TEST_F(Sessions, RenewalHeartbeatAndChangeMoveTheEnd) {
  start();
  const auto one = create_session({.timeout = session_minutes{10}, .auto_renew = false});
  advance(1min);

  const auto beat = ask([&](auto done) { talks().heartbeat(ref(one), done); });
  const auto renewed = ask([&](auto done) { talks().renew(ref(one), done); });
  const auto changed = ask(
    [&](auto done) { talks().change_timeouts(ref(one), {.timeout = session_minutes{5}}, done); });

  EXPECT_EQ(beat->record->renewal_count, 0u);
  EXPECT_EQ(beat->record->last_activity, wall_start + 1min);
  EXPECT_EQ(renewed->record->expires_at, wall_start + 11min);
  EXPECT_EQ(changed->record->expires_at, wall_start + 6min);
  EXPECT_EQ(changed->record->renewal_count, 1u);
}

TEST_F(Sessions, RefusedChangeNamesItsField) {
  start();
  const auto one = create_session();

  const auto refused = ask(
    [&](auto done) { talks().change_timeouts(ref(one), {.timeout = session_minutes{4}}, done); });

  EXPECT_EQ(refused.error().code, session_errc::invalid_argument);
  EXPECT_EQ(refused.error().field, "timeoutMinutes");
}

TEST_F(Sessions, ExpiredOneCanBeDeleted) {
  start();
  const auto one = create_session({.timeout = session_minutes{5}});
  advance(6min);

  EXPECT_TRUE(ask([&](auto done) { talks().remove(ref(one), done); }));
  EXPECT_EQ(look(one).error().code, session_errc::not_found);
}

TEST_F(Sessions, ClockThatIsSetForwardEndsSessions) {
  start();
  const auto one = create_session({.timeout = session_minutes{5}});
  *clock_error = 1h;

  EXPECT_EQ(look(one).error().code, session_errc::expired);
  advance(1s);
  outcome_slot<session_result<session_list>> slot;
  talks().list("default", 10, slot.callback());
  run();
  EXPECT_EQ((*slot.value)->expired + (*slot.value)->active, 0u); // its retention has passed, too
}

TEST_F(Sessions, ClockThatIsSetBackDoesNotEndThem) {
  start();
  const auto one = create_session({.timeout = session_minutes{5}});
  *clock_error = -10min;

  advance(6min);

  EXPECT_TRUE(look(one));
  advance(9min);
  EXPECT_EQ(look(one).error().code, session_errc::expired);
}

} // namespace callboard::actors::test
