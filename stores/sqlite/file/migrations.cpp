// The tables of the database, from the first version on. How a database gets from one version to the next is in
// schema.cpp.

#include "stores/sqlite/file/schema.hpp"

#include <callboard/job.hpp>
#include <callboard/schedule.hpp>

#include <array>

namespace callboard::sqlite {

namespace {

// The numbers of these enumerations are what files hold.
static_assert(static_cast<int>(job_kind::message) == 0 && static_cast<int>(job_kind::run) == 2);
static_assert(static_cast<int>(job_state::scheduled) == 0
              && static_cast<int>(job_state::canceled) == 6);
static_assert(static_cast<int>(task_kind::message) == 0 && static_cast<int>(task_kind::run) == 4);
static_assert(static_cast<int>(task_state::waiting) == 0
              && static_cast<int>(task_state::canceled) == 4);
static_assert(static_cast<int>(run_trigger::schedule) == 0
              && static_cast<int>(run_trigger::missed) == 2);
static_assert(static_cast<int>(overlap_policy::skip) == 0
              && static_cast<int>(overlap_policy::cancel) == 3);
static_assert(static_cast<int>(missed_policy::skip) == 0
              && static_cast<int>(missed_policy::all) == 2);
static_assert(static_cast<int>(schedule_status::active) == 0
              && static_cast<int>(schedule_status::completed) == 2);
static_assert(static_cast<int>(backoff::fixed) == 0 && static_cast<int>(backoff::exponential) == 1);

constexpr auto version_1 = R"sql(
-- What changes in a job's life, and what jobs are found by.
CREATE TABLE jobs (
  -- Times are milliseconds since 1970 UTC, ids the 16 bytes of a UUID, NULL is "none".
  --   kind        0 message, 1 agent, 2 run
  --   state       0 scheduled, 1 pending, 2 processing;
  --               over: 3 completed, 4 failed, 5 timeout, 6 canceled
  --   task_kind   0 message, 1 start, 2 retry, 3 follow_up, 4 run
  --   task_state  0 waiting, 1 running, 2 completed, 3 failed, 4 canceled
  job INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  job_type_id TEXT,                 -- kind agent
  channel_code TEXT,                -- kind agent: "code" of the target channel
  schedule_id BLOB,                 -- kind run
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  retry_at INTEGER,
  retries INTEGER NOT NULL,
  follow_ups INTEGER NOT NULL,
  task_count INTEGER NOT NULL,      -- all but the last one are in the table tasks
  task_id BLOB,
  task_kind INTEGER,
  task_state INTEGER,
  task_attempt INTEGER,
  task_created_at INTEGER,
  task_finished_at INTEGER,
  task_result TEXT,
  task_result_is_job_result INTEGER NOT NULL,
  task_error TEXT,
  message_id BLOB,
  error_code TEXT,                  -- NULL: no outcome yet
  error_text TEXT,
  result TEXT,
  result_metadata TEXT
) STRICT;

-- One shelf holds an organisation's jobs of a kind in a state: every list is a merge of shelves.
CREATE INDEX jobs_by_shelf ON jobs (kind, organisation, state, created_at, id);
-- For retention.
CREATE INDEX jobs_by_end ON jobs (kind, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_schedule ON jobs (schedule_id, created_at) WHERE schedule_id IS NOT NULL;

-- What a job was created with and nothing is found by; written once.
CREATE TABLE specs (
  job INTEGER PRIMARY KEY,
  agent_id BLOB NOT NULL,
  user_id TEXT NOT NULL,
  content TEXT NOT NULL,
  metadata TEXT,
  attempt_time_limit INTEGER,
  retries_max INTEGER NOT NULL,
  retry_delay INTEGER NOT NULL,
  retry_delay_max INTEGER NOT NULL,
  retry_growth INTEGER NOT NULL,    -- 0 fixed, 1 exponential
  retry_jitter REAL,
  follow_ups_max INTEGER NOT NULL,
  params TEXT,
  target_channel TEXT,
  profile_id TEXT,
  tag_count INTEGER NOT NULL,
  payload TEXT
) STRICT;

-- Tasks that came before the last one of their job; written once.
CREATE TABLE tasks (
  job INTEGER NOT NULL,
  position INTEGER NOT NULL,
  id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  result TEXT,
  error TEXT,
  PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
  job INTEGER NOT NULL,
  position INTEGER NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

-- How many jobs each shelf holds; no row for none.
CREATE TABLE shelves (
  kind INTEGER NOT NULL,
  organisation TEXT NOT NULL,
  state INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  PRIMARY KEY (kind, organisation, state)
) STRICT, WITHOUT ROWID;
)sql";

constexpr auto version_2 = R"sql(
ALTER TABLE specs ADD COLUMN config TEXT;
UPDATE jobs SET channel_code = '' WHERE kind = 1 AND channel_code IS NULL;

-- Agent jobs whose time has not come.
CREATE INDEX jobs_scheduled ON jobs (due_at, id) WHERE kind = 1 AND state = 0;
-- Orders and filters of the lists of agent jobs. The state stands before what is ordered by, because
-- lists of one state are short and asked for often; all others are merges.
CREATE INDEX jobs_by_due ON jobs (organisation, state, due_at, created_at, id) WHERE kind = 1;
CREATE INDEX jobs_by_update ON jobs (organisation, state, updated_at, created_at, id) WHERE kind = 1;
CREATE INDEX jobs_by_type ON jobs (organisation, job_type_id, state, created_at, id) WHERE kind = 1;
CREATE INDEX jobs_by_channel ON jobs (organisation, channel_code, job_type_id, state, created_at, id)
  WHERE kind = 1;

-- Each tag of an agent job once, to find the job by.
CREATE TABLE tagged (
  organisation TEXT NOT NULL,
  tag TEXT NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  job INTEGER NOT NULL,
  PRIMARY KEY (organisation, tag, state, created_at, id)
) STRICT, WITHOUT ROWID;
INSERT INTO tagged SELECT DISTINCT organisation, tag, state, created_at, id, job
  FROM tags JOIN jobs USING (job) WHERE kind = 1;
DROP INDEX tags_by_tag;

-- How many agent jobs have something in common; no row for none.
--   facet  0 the job type (name), 1 the channel (name) and the job type (part), 2 a tag (name)
CREATE TABLE facets (
  organisation TEXT NOT NULL,
  facet INTEGER NOT NULL,
  name TEXT NOT NULL,
  part TEXT NOT NULL,
  state INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  PRIMARY KEY (organisation, facet, name, part, state)
) STRICT, WITHOUT ROWID;
INSERT INTO facets SELECT organisation, 0, job_type_id, '', state, count(*)
  FROM jobs WHERE kind = 1 GROUP BY organisation, job_type_id, state;
INSERT INTO facets SELECT organisation, 1, channel_code, job_type_id, state, count(*)
  FROM jobs WHERE kind = 1 GROUP BY organisation, channel_code, job_type_id, state;
INSERT INTO facets SELECT organisation, 2, tag, '', state, count(*)
  FROM tagged GROUP BY organisation, tag, state;
)sql";

constexpr auto version_3 = R"sql(
ALTER TABLE specs ADD COLUMN run_trigger INTEGER; -- kind run: 0 schedule, 1 manual, 2 missed

CREATE TABLE schedules (
  --   overlap  0 skip, 1 queue, 2 allow, 3 cancel
  --   missed   0 skip, 1 once, 2 all
  --   status   0 active, 1 paused, 2 completed
  id BLOB PRIMARY KEY,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  agent_id BLOB NOT NULL,
  schedule TEXT NOT NULL,           -- empty: every so many milliseconds
  every INTEGER,
  payload TEXT,
  content TEXT NOT NULL,
  timezone TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  retries_max INTEGER,              -- NULL: no policy
  retry_delay INTEGER,
  retry_delay_max INTEGER,
  retry_growth INTEGER,
  retry_jitter REAL,
  time_limit INTEGER NOT NULL,
  overlap INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  status INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  grid_start INTEGER NOT NULL,
  next_run_at INTEGER,
  last_run_at INTEGER,
  last_run BLOB,                    -- id of a job, which may be gone
  run_count INTEGER NOT NULL,
  failure_count INTEGER NOT NULL,
  missed_count INTEGER NOT NULL,
  skipped_count INTEGER NOT NULL,
  paused_at INTEGER,
  waiting_for INTEGER,
  made_up_after INTEGER,
  made_up_until INTEGER
) STRICT, WITHOUT ROWID;
)sql";

constexpr auto version_4 = R"sql(
-- Messages: many that live for minutes. Each is one row with few indexes, so that writing it costs
-- little; the numbers of states, kinds and rows mean what they do in jobs and specs.
CREATE TABLE messages (
  job INTEGER PRIMARY KEY,          -- from 2^62 on: no number is in jobs, too
  id BLOB NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  finished_at INTEGER,
  message_id BLOB,
  error_code TEXT,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  retry_at INTEGER,
  retries INTEGER NOT NULL,
  follow_ups INTEGER NOT NULL,
  task_count INTEGER NOT NULL,
  task_id BLOB,
  task_kind INTEGER,
  task_state INTEGER,
  task_attempt INTEGER,
  task_created_at INTEGER,
  task_finished_at INTEGER,
  task_result_is_job_result INTEGER NOT NULL,
  agent_id BLOB NOT NULL,
  attempt_time_limit INTEGER,
  retries_max INTEGER NOT NULL,
  retry_delay INTEGER NOT NULL,
  retry_delay_max INTEGER NOT NULL,
  retry_growth INTEGER NOT NULL,
  retry_jitter REAL,
  follow_ups_max INTEGER NOT NULL,
  -- What may be long comes last.
  user_id TEXT NOT NULL,
  error_text TEXT,
  task_error TEXT,
  metadata TEXT,
  result_metadata TEXT,
  content TEXT NOT NULL,
  task_result TEXT,
  result TEXT
) STRICT;
CREATE INDEX messages_by_creation ON messages (created_at, id);
CREATE INDEX messages_by_end ON messages (finished_at) WHERE finished_at IS NOT NULL;

INSERT INTO messages
  SELECT job + (1 << 62), id, organisation, created_at, due_at, expires_at, state, finished_at,
    message_id, error_code, version, updated_at, started_at, retry_at, retries, follow_ups,
    task_count, task_id, task_kind, task_state, task_attempt, task_created_at, task_finished_at,
    task_result_is_job_result, agent_id, attempt_time_limit, retries_max, retry_delay,
    retry_delay_max, retry_growth, retry_jitter, follow_ups_max, user_id, error_text, task_error,
    metadata, result_metadata, content, task_result, result
  FROM jobs JOIN specs USING (job) WHERE kind = 0 ORDER BY job;
UPDATE tasks SET job = job + (1 << 62) WHERE job IN (SELECT job FROM jobs WHERE kind = 0);
DELETE FROM specs WHERE job IN (SELECT job FROM jobs WHERE kind = 0);
DELETE FROM jobs WHERE kind = 0;
)sql";

constexpr auto version_5 = R"sql(
-- Messages are erased by their ids and all loaded at a start: the order of their ends is not worth two
-- writes for each.
DROP INDEX messages_by_end;

-- What is to be made up can be several ranges: [[after, until], ...], oldest first; NULL for none.
ALTER TABLE schedules ADD COLUMN made_up TEXT;
UPDATE schedules SET made_up = '[[' || made_up_after || ',' || made_up_until || ']]'
  WHERE made_up_after < made_up_until;
ALTER TABLE schedules DROP COLUMN made_up_after;
ALTER TABLE schedules DROP COLUMN made_up_until;
)sql";

constexpr auto version_6 = R"sql(
-- Sessions: conversations. What changes with each message; the rest is in session_specs.
CREATE TABLE sessions (
  session INTEGER PRIMARY KEY,      -- no number is used twice while messages have it
  id BLOB NOT NULL UNIQUE,
  timeout REAL NOT NULL,            -- these three in minutes
  auto_renew INTEGER NOT NULL,
  max_duration REAL NOT NULL,
  warning_threshold REAL NOT NULL,
  last_activity INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  renewal_count INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  message_count INTEGER NOT NULL,
  last_message_at INTEGER
) STRICT;

-- What a session was created with; written once.
CREATE TABLE session_specs (
  session INTEGER PRIMARY KEY,
  channel_id BLOB NOT NULL,
  organisation TEXT NOT NULL,
  agent_id BLOB NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  metadata TEXT NOT NULL
) STRICT;

-- The users' messages and the agents' answers. A turn is a message and its answer, and has the time of
-- the message.
CREATE TABLE session_messages (
  message INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  is_agent INTEGER NOT NULL,
  id BLOB NOT NULL,
  metadata TEXT,
  content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX session_messages_by_creation ON session_messages (session, created_at);
CREATE UNIQUE INDEX session_messages_by_turn ON session_messages (session, turn, is_agent);

-- Forgotten sessions that still have messages to erase.
CREATE TABLE session_leftovers (session INTEGER PRIMARY KEY) STRICT;

-- Of a session's message: the session, the message, and its time.
ALTER TABLE messages ADD COLUMN session_id BLOB;
ALTER TABLE messages ADD COLUMN said_id BLOB;
ALTER TABLE messages ADD COLUMN said_at INTEGER;
)sql";

constexpr auto version_7 = R"sql(
-- Lists of agent jobs are found in memory, or by looking at all jobs of an organisation: what was kept to
-- find them by any one filter was written again at each change of a job.
DROP TABLE tagged;
DROP TABLE facets;
DROP INDEX jobs_by_due;
DROP INDEX jobs_by_update;
DROP INDEX jobs_by_type;
DROP INDEX jobs_by_channel;
DROP INDEX jobs_by_shelf;
-- For lists: none of its columns ever changes.
CREATE INDEX jobs_by_creation ON jobs (kind, organisation, created_at, id);
-- For the start: what is live, without the delayed jobs, which may be many (see jobs_scheduled).
CREATE INDEX jobs_live ON jobs (kind) WHERE state < 3 AND NOT (kind = 1 AND state = 0);
ALTER TABLE shelves RENAME TO job_counts;
)sql";

constexpr auto all_migrations = std::to_array<migration>(
  {version_1, version_2, version_3, version_4, version_5, version_6, version_7});

} // namespace

std::span<const migration> migrations() {
  return all_migrations;
}

} // namespace callboard::sqlite
