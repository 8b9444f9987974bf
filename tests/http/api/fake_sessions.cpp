#include "tests/http/api/fake_sessions.hpp"

#include <memory>

#include "tests/http/sample_jobs.hpp"

namespace callboard::tests {

namespace {

using namespace std::chrono_literals;

constexpr system_time created_at{1703001234567ms};

tl::unexpected<session_error> not_found() {
  return tl::unexpected{session_error{.code = session_errc::not_found}};
}

shared_text text(std::string of) {
  return std::make_shared<const std::string>(std::move(of));
}

} // namespace

fake_sessions::fake_sessions()
  : found(not_found()), listed(session_list{}), sent(not_found()), page(not_found()) {
  // nop
}

void fake_sessions::create(new_session wanted, session_callback<session_state> done) {
  created.push_back(std::move(wanted));
  done(found);
}

void fake_sessions::get(session_ref ref, session_callback<session_state> done) {
  asked.emplace_back("get", std::move(ref));
  done(found);
}

void fake_sessions::list(std::string organisation, std::size_t limit,
                         session_callback<session_list> done) {
  lists.emplace_back(std::move(organisation), limit);
  done(listed);
}

void fake_sessions::health(std::function<void(session_health)> done) {
  done(state);
}

void fake_sessions::renew(session_ref ref, session_callback<session_state> done) {
  asked.emplace_back("renew", std::move(ref));
  done(found);
}

void fake_sessions::heartbeat(session_ref ref, session_callback<session_state> done) {
  asked.emplace_back("heartbeat", std::move(ref));
  done(found);
}

void fake_sessions::change_timeouts(session_ref ref, session_timeout_change change,
                                    session_callback<session_state> done) {
  asked.emplace_back("change_timeouts", std::move(ref));
  changes.push_back(change);
  done(found);
}

void fake_sessions::remove(session_ref ref, session_callback<session_state> done) {
  asked.emplace_back("remove", std::move(ref));
  done(found);
}

void fake_sessions::send(session_ref ref, new_session_message what,
                         session_callback<sent_message> accepted,
                         std::function<void(message_end)> ended) {
  asked.emplace_back("send", std::move(ref));
  messages_sent.push_back(std::move(what));
  waiting = sent ? std::move(ended) : nullptr;
  accepted(sent);
}

void fake_sessions::messages(session_ref ref, session_message_query query,
                             session_callback<session_message_page> done) {
  asked.emplace_back("messages", std::move(ref));
  queries.push_back(std::move(query));
  done(page);
}

session sample_session() {
  session made;
  auto spec = std::make_shared<session_spec>();
  spec->id = *uuid::parse(sample_session_id);
  spec->channel_id = *uuid::parse(sample_channel_id);
  spec->organisation = "default";
  spec->agent_id = *uuid::parse(sample_agent_id);
  spec->user_id = sample_user;
  spec->metadata = json_text::from_valid(R"({"platform":"web"})");
  spec->created_at = created_at;
  made.spec = std::move(spec);
  made.last_activity = created_at + 1min;
  made.renewed_at = created_at + 1min;
  made.renewal_count = 1;
  made.expires_at = created_at + 31min;
  return made;
}

session_state sample_session_state() {
  return {.record = std::make_shared<const session>(sample_session()), .as_of = created_at + 2min};
}

sent_message sample_sent_message() {
  sent_message made;
  made.message.id = *uuid::parse(sample_message_id);
  made.message.session_id = *uuid::parse(sample_session_id);
  made.message.author_id = sample_user;
  made.message.created_at = created_at + 1min;
  made.message.turn = made.message.created_at;
  made.message.content = text("What is \"6 × 7\"?");
  made.message.metadata = json_text::from_valid(R"({"source":"docs"})");
  made.session = sample_session_state();
  made.was_renewed = true;
  made.job = sample_job(job_state::pending);
  return made;
}

message_end sample_message_end(job_state state) {
  message_end made;
  made.job = sample_job(state);
  if (state != job_state::completed)
    return made;
  session_message answer;
  answer.id = *uuid::parse(sample_answer_id);
  answer.session_id = *uuid::parse(sample_session_id);
  answer.is_agent = true;
  answer.author_id = sample_agent_id;
  answer.created_at = created_at + 61s;
  answer.turn = created_at + 1min;
  answer.content = text("42");
  answer.metadata = json_text::from_valid(R"({"thought":"easy","actions":["REPLY"],"tokens":7})");
  made.answer = std::move(answer);
  return made;
}

} // namespace callboard::tests
