/**
 * How often a round does its task. The clock below may tick but every 4 ms, and garbage is collected every few times: what
 * a single time took would be rounded, and without its share of that.
 */
export const REPEATS = 8;

/** Starts counting: the answer tells how many ms of CPU this thread has used since, user and system. */
export function threadMs(): () => number {
  const from = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(from);
    return (user + system) / 1_000;
  };
}
