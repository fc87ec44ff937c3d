/** Milliseconds, and parts of one, since this process started; never jumps. */
export function elapsedMs(): number {
  return process.uptime() * 1_000;
}
