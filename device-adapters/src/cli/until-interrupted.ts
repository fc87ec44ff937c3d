/** Settles at Ctrl-C or when the process is asked to end. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.removeListener("SIGINT", end);
      process.removeListener("SIGTERM", end);
      resolve();
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}
