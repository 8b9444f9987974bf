#pragma once

#include <csignal>

namespace callboard::agents {

/// Blocks SIGPIPE in the calling thread: a write to whoever has hung up is an error of the write there,
/// and does not end the process that we are a part of.
inline void block_pipe_signal() {
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
}

} // namespace callboard::agents
