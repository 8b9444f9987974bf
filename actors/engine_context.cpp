#include "actors/engine_context.hpp"

#include <chrono>
#include <random>

namespace callboard::actors {

namespace {

std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator{[] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(),
                       device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }()};
  return generator();
}

} // namespace

engine_context real_context() {
  return {[](steady_time) { return to_system_time(std::chrono::system_clock::now()); },
          &random_bits};
}

} // namespace callboard::actors
