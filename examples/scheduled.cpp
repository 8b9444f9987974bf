// A job that recurs, inside a C++ program: created like any other, it calls back in place of an agent.
#include <chrono>
#include <future>
#include <iostream>

#include <callboard/engine.hpp>
#include <callboard/job_manager.hpp>

int main() {
  using namespace callboard;
  using namespace std::chrono_literals;
  auto board = engine::start({}, make_memory_store(), {});
  if (!board) {
    std::cerr << board.error().message << '\n';
    return 1;
  }
  job_manager jobs{board->jobs()};

  const auto my_job = jobs.create_job({
    .name = "AutonomousReflexion",
    .interval = 1h,
    .callback =
      [] {
        std::cout << "reflecting on recent interactions ...\n";
        // Logic for internal processing.
      },
  });
  if (!my_job) {
    std::cerr << my_job.error().message << '\n';
    return 1;
  }
  std::cout << "Job started with ID: " << (*my_job)->id.to_string() << '\n';

  // The first run is due in an hour; this one is extra.
  const auto run = jobs.run_now((*my_job)->id);
  if (!run) {
    std::cerr << run.error().message << '\n';
    return 1;
  }
  const auto over = board->jobs().wait({(*run)->spec->id, {}, {}}, 10s).get();
  std::cout << "run " << (over ? to_string(over.value()->state) : "lost") << '\n';
}
