import type { Find, ScanProblem } from "./find.ts";
import { type ScanEvent, type ScanOptions, scanHost } from "./scan-host.ts";
import type { ScanTarget } from "./scan-target.ts";

/** How many hosts of a range are looked at at the same time; each has one connection at most. */
const HOSTS_AT_ONCE = 16;

/** What a scan came to. */
export interface ScanResult {
  readonly finds: readonly Find[];
  readonly problems: readonly ScanProblem[];
  /** Whether somebody stopped it before its end. */
  readonly stopped: boolean;
}

/**
 * Looks for devices at the hosts of a target. Reads only; each host has one connection at a time, and a pause
 * between two tries. In a range, hosts that do not answer are no problem.
 */
export async function discover(target: ScanTarget, options: ScanOptions): Promise<ScanResult> {
  const finds: Find[] = [];
  const problems: ScanProblem[] = [];
  const onEvent = (event: ScanEvent): void => {
    if (event.event === "problem") {
      if (target.isRange && event.problem.code === "DISCOVER_HOST_UNREACHABLE") return;
      problems.push(event.problem);
    }
    if (event.event === "find") finds.push(event.find);
    options.onEvent(event);
  };
  const queue = [...target.hosts];
  const worker = async (): Promise<void> => {
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
      await scanHost(host, { ...options, onEvent });
    }
  };
  const workers = Array.from({ length: Math.min(HOSTS_AT_ONCE, queue.length) }, worker);
  const outcomes = await Promise.allSettled(workers);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected" && !options.signal.aborted) throw outcome.reason;
  }
  return { finds, problems, stopped: options.signal.aborted };
}
