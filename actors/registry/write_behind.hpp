#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <callboard/error.hpp>

#include "actors/calls.hpp"

namespace callboard::actors {

class outbox;

/// Where a job's newest snapshot stands among the batches of `write_behind`; kept with the job.
struct batch_place {
  static constexpr auto no_batch = std::numeric_limits<std::uint32_t>::max();

  /// `no_batch` before the first.
  std::uint32_t batch = no_batch;
  std::uint32_t slot = 0;
};

/// Told of what becomes of batches.
class batch_listener {
public:
  virtual ~batch_listener() = default;

  /// The store has the batch.
  virtual void on_written(const store_batch& batch) = 0;

  /// The store could not write the batch. Its schedules and what it erases are tried again; its
  /// snapshots, sessions and messages are not, unless they are put again.
  virtual void on_refused(const store_batch& batch) = 0;

  /// The store fails (the reason) or works again (empty). Told once of each.
  virtual void on_store_changed(std::string_view fault) = 0;
};

/// Gathers what goes to the store while the store is at work, and sends it as one batch as soon as the
/// store is free. One batch holds only the newest snapshot of each job. A store that fails is left alone
/// for a while, then asked again.
class write_behind {
public:
  /// What of a batch belongs to sessions.
  struct conversations {
    std::unordered_map<uuid, session_change> sessions;
    std::vector<session_message> messages;
  };

  /// Told once whether the batch could be stored.
  using stored_answer = std::function<void(bool is_stored)>;

  /// @param out, listener must outlive this. @param is_durable see `store::is_durable`.
  write_behind(outbox& out, batch_listener& listener, bool is_durable);

  /// The start is complete. Before, nothing is sent, so that what belongs together stays in one batch.
  void begin();

  /// Puts the newest snapshot of a job into the batch.
  void put(batch_place& place, job_ptr snapshot);

  /// Puts a schedule into the batch. @param record null: it is forgotten.
  void put_schedule(const uuid& id, scheduled_job_ptr record);

  /// Puts a session into the batch, in place of an earlier change; the messages that both drop add up.
  void put_session(const uuid& id, session_change change);

  /// Puts a message of a session into the batch.
  void add_message(session_message message);

  /// Takes sessions and messages out of the batch again. The caller puts what is to stay.
  conversations take_conversations();

  /// Has the store forget a job. @param text_bytes what its texts take there.
  void erase(const uuid& id, std::size_t text_bytes = 0);

  /// Takes the newest snapshot of a job out of the batch again: the job is not to be.
  void take_back(const batch_place& place);

  /// Answers with the outcome of the batch that is being gathered.
  void answer_when_stored(stored_answer answer);

  /// Whether the newest snapshot of a job is in the store, neither in the batch nor on its way.
  bool is_stored(const batch_place& place) const noexcept;

  /// Whether it is in the batch that is being gathered.
  bool is_gathered(const batch_place& place) const noexcept;

  /// Sends what has gathered, unless the store is at work or fails, or more may gather first.
  void flush_if_idle();

  /// Sends what has gathered at once. A store that fails is asked whether it works again.
  void flush();

  /// From now on nothing gathers any more: the engine stops.
  void stop_gathering();

  /// The time has come to ask a store again that failed.
  void retry();

  /// Why the store fails; empty while it works.
  const std::string& fault() const noexcept {
    return fault_;
  }

  /// Whether nothing but what is to be erased is waiting or on its way.
  bool is_settled() const noexcept;

private:
  /// What the next batch is made of.
  struct gathering {
    store_batch batch;
    std::vector<stored_answer> answers;
    /// Null snapshots in the batch.
    std::size_t taken_back = 0;
    /// Text that only the store holds, until it is told to forget it.
    std::size_t erased_text_bytes = 0;

    bool is_empty() const noexcept;
    bool writes_nothing() const noexcept;
  };

  bool may_gather() const noexcept;
  gathering take();
  void on_outcome(const gathering& sent, const result<void>& outcome);
  void on_refused(const gathering& sent, const error& why);
  void note(std::string_view fault);

  outbox& out_;
  batch_listener& listener_;
  bool is_durable_;
  bool has_begun_ = false;
  bool is_stopping_ = false;
  bool is_retry_armed_ = false;
  gathering next_;
  /// Number of the batch that is being gathered; it wraps around, without `batch_place::no_batch`.
  std::uint32_t number_ = 0;
  /// That of the batch sent last.
  std::uint32_t sent_ = batch_place::no_batch;
  /// Batches that the store has not answered.
  std::size_t under_way_ = 0;
  std::string fault_;
};

} // namespace callboard::actors
