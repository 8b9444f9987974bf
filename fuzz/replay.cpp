// NAME_fuzz ROUNDS DICTIONARY PATH…: stands in for libFuzzer where that is not: gives the target each
// file (of each folder) as its input, and then ROUNDS inputs that are changes of these, the same ones
// each time. Exits with 1 on the first that ends the process, and writes that input to a file.
//
// The inputs are tried in a process of its own, which can end in any way: an abort, a sanitizer's
// report, a hang. The other one sees which input it was in memory that they share.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/mutation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

using namespace callboard::fuzz;
namespace fs = std::filesystem;

/// As script/fuzz has it: longer inputs show nothing new.
constexpr std::size_t input_bytes_max = 4096;
/// One input takes about a millisecond: this is a hang, on the slowest machine.
constexpr time_t hang_s = 20;
constexpr std::uint64_t standard_seed = 1;

/// The input under trial.
struct trial {
  std::size_t count = 0;
  std::size_t size = 0;
  /// No more inputs are to come.
  bool is_last_over = false;
  char bytes[input_bytes_max] = {};
};

/// A trial in memory that is shared with processes forked from here.
trial& shared_trial() {
  auto* memory
    = ::mmap(nullptr, sizeof(trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("replay: mmap");
    std::exit(2);
  }
  return *new (memory) trial;
}

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator{file}, {}};
}

/// The files that paths name, folders through their files, in an order that is always the same.
std::vector<std::string> read_inputs(char** begin, char** end) {
  std::vector<std::string> inputs;
  for (auto** each = begin; each != end; ++each) {
    std::vector<fs::path> files{*each};
    if (fs::is_directory(*each))
      files.assign(fs::directory_iterator{*each}, {});
    std::sort(files.begin(), files.end());
    std::transform(files.begin(), files.end(), std::back_inserter(inputs), read_file);
  }
  return inputs;
}

/// Ends the process once it has worked for so long. Time in which a busy machine lets it wait does not
/// count.
void limit_work(time_t seconds) {
  const itimerval limit{{0, 0}, {seconds, 0}};
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

void try_input(const std::string& input, trial& current) {
  ++current.count;
  current.size = std::min(input.size(), input_bytes_max);
  std::memcpy(current.bytes, input.data(), current.size);
  limit_work(hang_s);
  // A copy of exactly its size, so that reading past its end is seen.
  const std::vector<std::uint8_t> bytes(current.bytes, current.bytes + current.size);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void try_all(const std::vector<std::string>& inputs, std::size_t rounds, mutator changes,
             trial& current) {
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const auto& input : inputs)
    try_input(input, current);
  for (std::size_t i = 0; i < rounds; ++i)
    try_input(changes.next(input_bytes_max), current);
  limit_work(0);
  current.is_last_over = true;
}

std::string describe(int status) {
  if (WIFSIGNALED(status))
    return std::string{"signal "} + ::strsignal(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "usage: " << arguments[0] << " ROUNDS DICTIONARY PATH…\n";
    return 2;
  }
  const auto rounds = std::strtoul(arguments[1], nullptr, 10);
  const auto inputs = read_inputs(arguments + 3, arguments + count);
  if (inputs.empty()) {
    std::cerr << "replay: there are no inputs\n";
    return 2;
  }
  const auto* given = std::getenv("CALLBOARD_TEST_SEED");
  const auto seed = given ? std::stoull(given) : standard_seed;
  std::cout << "CALLBOARD_TEST_SEED=" << seed << ": " << inputs.size() << " inputs, " << rounds
            << " changed ones" << std::endl;
  auto& current = shared_trial();
  const auto child = ::fork();
  if (child == 0) {
    // CTest ends a test that takes too long, and this with it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try_all(inputs, rounds, {seed, dictionary_words(read_file(arguments[2])), inputs}, current);
    // By the usual way, on which leaks are looked for.
    return 0;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status == 0 && current.is_last_over)
    return 0;
  const auto finding = std::string{arguments[0]} + ".finding";
  std::ofstream{finding, std::ios::binary}.write(current.bytes,
                                                 static_cast<std::streamsize>(current.size));
  std::cerr << "replay: " << describe(status) << " with input " << current.count << " of "
            << inputs.size() + rounds << ", which is in " << finding << '\n';
  return 1;
}
