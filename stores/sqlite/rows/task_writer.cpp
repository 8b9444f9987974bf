#include "stores/sqlite/rows/task_writer.hpp"

#include <sqlite3.h>

namespace callboard::sqlite {

task_writer::task_writer(connection& db)
  : db_{db},
    insert_{db, "INSERT INTO tasks (job, position, id, kind, state, attempt, created_at, "
                "finished_at, result, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
                "ON CONFLICT (job, position) DO NOTHING"},
    erase_{db, "DELETE FROM tasks WHERE job = ?1"} {
  // nop
}

result<void> task_writer::add(std::int64_t row, const job& snapshot) {
  // The last task stands in the job's row. One that is no longer the last does not change, so what
  // is there is right, and before it all is there.
  for (auto position = snapshot.tasks.size(); position-- > 1;) {
    const auto& task = snapshot.tasks[position - 1];
    if (auto ok = insert_.run(row, position - 1, task.id, task.kind, task.state, task.attempt,
                              task.created_at, task.finished_at, task.result, task.error);
        !ok)
      return ok;
    if (sqlite3_changes(db_.handle()) == 0)
      break;
  }
  return {};
}

} // namespace callboard::sqlite
