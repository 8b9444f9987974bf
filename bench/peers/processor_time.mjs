/**
 * Adds up what threads have used. One that is gone keeps counting with what it had when it was last looked at,
 * so that the sum never falls.
 */
export class processor_time {
  #used_ns = new Map(); // by thread
  #reused_ns = 0;

  /** A thread has used so much since it began. @param thread its id, and its process's */
  note(thread, used_ns) {
    const before = this.#used_ns.get(thread) ?? 0;
    // Another thread that has got the same id.
    if (used_ns < before) this.#reused_ns += before;
    this.#used_ns.set(thread, used_ns);
  }

  get ms() {
    return [...this.#used_ns.values()].reduce((sum, used) => sum + used, this.#reused_ns) / 1e6;
  }
}
