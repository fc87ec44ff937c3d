/** Starts counting: the answer tells how many ms of CPU this thread has used since, user and system. */
export function threadMs(): () => number {
  const from = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(from);
    return (user + system) / 1_000;
  };
}
