// Waiting for conditions instead of sleeping.
import { setTimeout as pause } from 'node:timers/promises';

/** Longest wait for what should come soon: a guard against hangs on a slow machine, no measure. */
export const hang_guard_ms = 60_000;

// Often enough not to slow a test down, seldom enough not to load the server that it looks at.
const look_interval_ms = 20;

/** Looks at `condition` again and again; gives its first truthy value. */
export async function until(what, condition, limit_ms = hang_guard_ms) {
  const give_up_at = Date.now() + limit_ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > give_up_at) throw new Error(`waited ${limit_ms} ms in vain for ${what}`);
    await pause(look_interval_ms);
  }
}

/** `promise`, or a failure that names what never came. */
export async function guarded(promise, what, limit_ms = hang_guard_ms) {
  let timer;
  const guard = new Promise((_, reject) => {
    const give_up = () => reject(new Error(`waited ${limit_ms} ms in vain for ${what}`));
    timer = setTimeout(give_up, limit_ms);
  });
  try {
    return await Promise.race([promise, guard]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work(item index)` for 0 … count - 1, `width` at a time; gives the results in order. */
export async function in_parallel(count, width, work) {
  const results = new Array(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
