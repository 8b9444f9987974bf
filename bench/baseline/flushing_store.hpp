#pragma once

#include <memory>
#include <string>

#include <callboard/store.hpp>

namespace callboard::bench {

/// The least that a store can do that keeps its word: a memory store that before the end of each commit
/// writes the texts of the jobs in it to a file, which is as large as it will be from the start, and
/// flushes them to the disk (fdatasync). Nobody could start again from what it writes.
/// Errors: `io`.
result<std::unique_ptr<store>> make_flushing_store(const std::string& file);

} // namespace callboard::bench
