/** Starts counting: the answer tells how many seconds of CPU this thread has used since, user and system. */
export function cpuSeconds(): () => number {
  const from = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(from);
    return (user + system) / 1e6;
  };
}
