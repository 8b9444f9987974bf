#include "stores/sqlite/rows/session_reader.hpp"

#include "core/sessions/message_page.hpp"

#include <limits>
#include <memory>
#include <utility>

namespace callboard::sqlite {

namespace {

// In the order of `take_session`.
constexpr auto all_sql
  = "SELECT id, channel_id, organisation, agent_id, user_id, metadata, created_at, timeout, "
    "auto_renew, max_duration, warning_threshold, last_activity, renewed_at, renewal_count, "
    "expires_at, message_count, last_message_at FROM sessions JOIN session_specs USING (session) "
    "ORDER BY session";

std::string messages_sql(const char* order) {
  return std::string{"SELECT id, is_agent, created_at, turn, content, metadata "
                     "FROM session_messages WHERE session = ?1 AND created_at > ?2 "
                     "AND created_at < ?3 ORDER BY created_at "}
         + order;
}

constexpr auto turns_sql = "SELECT is_agent, content FROM session_messages "
                           "WHERE session = ?1 AND turn < ?2 ORDER BY turn DESC, is_agent DESC";

std::uint64_t count(rows& row) {
  return static_cast<std::uint64_t>(row.integer());
}

session_minutes minutes(rows& row) {
  return session_minutes{row.real()};
}

} // namespace

session take_session(rows& row) {
  auto spec = std::make_shared<session_spec>();
  spec->id = row.id();
  spec->channel_id = row.id();
  spec->organisation = row.text();
  spec->agent_id = row.id();
  spec->user_id = row.text();
  spec->metadata = row.json();
  spec->created_at = row.time();
  session made;
  made.spec = std::move(spec);
  made.timeouts.timeout = minutes(row);
  made.timeouts.auto_renew = row.boolean();
  made.timeouts.max_duration = minutes(row);
  made.timeouts.warning_threshold = minutes(row);
  made.last_activity = row.time();
  made.renewed_at = row.time();
  made.renewal_count = count(row);
  made.expires_at = row.time();
  made.message_count = count(row);
  made.last_message_at = row.optional_time();
  return made;
}

session_reader::session_reader(connection& db)
  : all_{db, all_sql},
    owner_{db, "SELECT session, agent_id, user_id FROM sessions JOIN session_specs "
               "USING (session) WHERE id = ?1"},
    number_{db, "SELECT session FROM sessions WHERE id = ?1"},
    newest_first_{db, messages_sql("DESC")},
    oldest_first_{db, messages_sql("ASC")},
    turns_{db, turns_sql} {
  // nop
}

result<std::vector<session_ptr>> session_reader::all() {
  std::vector<session_ptr> made;
  const auto ok = each([&](const session& one) -> result<void> {
    made.push_back(std::make_shared<const session>(one));
    return {};
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return made;
}

result<void> session_reader::each(const std::function<result<void>(const session&)>& take) {
  auto found = all_.start();
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return {};
    const auto one = take_session(found);
    if (auto ok = found.check(); !ok)
      return ok;
    if (auto ok = take(one); !ok)
      return ok;
  }
}

result<std::optional<session_reader::owner>> session_reader::owner_of(const uuid& id) {
  auto found = owner_.start(id);
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  if (!*is_there)
    return std::optional<owner>{};
  owner made;
  made.number = found.integer();
  made.agent = found.id().to_string();
  made.user = found.text();
  if (auto ok = found.check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return std::optional{std::move(made)};
}

session_message session_reader::take_message(rows& row, const uuid& id, const owner& of) {
  session_message made;
  made.session_id = id;
  made.id = row.id();
  made.is_agent = row.boolean();
  made.author_id = made.is_agent ? of.agent : of.user;
  made.created_at = row.time();
  made.turn = row.time();
  made.content = row.optional_text();
  made.metadata = row.json();
  return made;
}

result<void> session_reader::each_message(
  const uuid& id, const std::function<result<void>(const session_message&)>& take) {
  const auto of = owner_of(id);
  if (!of)
    return tl::unexpected(of.error());
  if (!*of)
    return {};
  auto found = oldest_first_.start((*of)->number, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return {};
    const auto one = take_message(found, id, **of);
    if (auto ok = found.check(); !ok)
      return ok;
    if (auto ok = take(one); !ok)
      return ok;
  }
}

result<session_message_page> session_reader::messages(const session_message_query& query) {
  core::message_page page{query};
  const auto of = owner_of(query.session_id);
  if (!of)
    return tl::unexpected(of.error());
  if (!*of)
    return std::move(page).done();
  const auto bound = [](const std::optional<system_time>& time, std::int64_t none) {
    return time ? static_cast<std::int64_t>(time->time_since_epoch().count()) : none;
  };
  auto& asked = core::is_oldest_first(query) ? oldest_first_ : newest_first_;
  auto found
    = asked.start((*of)->number, bound(query.after, std::numeric_limits<std::int64_t>::min()),
                  bound(query.before, std::numeric_limits<std::int64_t>::max()));
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      break;
    auto one = take_message(found, query.session_id, **of);
    if (auto ok = found.check(); !ok)
      return tl::unexpected(std::move(ok.error()));
    if (!page.take(std::move(one)))
      break;
  }
  return std::move(page).done();
}

result<std::vector<history_entry>> session_reader::history(const history_query& query) {
  core::history_window window{query};
  std::int64_t number = 0;
  {
    auto found = number_.start(query.session_id);
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return std::move(window).done();
    number = found.integer();
  }
  auto found = turns_.start(number, query.before);
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      break;
    const auto is_agent = found.boolean();
    auto content = found.optional_text();
    if (auto ok = found.check(); !ok)
      return tl::unexpected(std::move(ok.error()));
    if (!content)
      return damaged();
    if (!window.take(is_agent, std::move(content)))
      break;
  }
  return std::move(window).done();
}

} // namespace callboard::sqlite
