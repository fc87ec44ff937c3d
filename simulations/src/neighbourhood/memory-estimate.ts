import { CommonwattError } from "@commonwatt/vpp-core";

/** What decides how much memory a simulation needs. */
export interface SimulationSize {
  readonly homes: number;
  readonly intervals: number;
  /** How many homes keep what each interval came to. */
  readonly tracedHomes: number;
  readonly workers: number;
}

const MIB = 2 ** 20;
/** Load and PV of a home in an interval, as 32-bit numbers: in the neighbourhood, and once more while it is made. */
const PROFILE_BYTES = 2 * 2 * 4;
/** What an interval leaves behind in all columns of a result and their copies, and a home. */
const INTERVAL_BYTES = 1_024;
const HOME_BYTES = 1_024;
/** Columns of a traced home in 32 bits, as they are written and as they are handed over. */
const TRACE_BYTES = 2 * 5 * 4;
/** Of the process itself, and of each thread beside the first; measured, with a little to spare. */
const PROCESS_BYTES = 220 * MIB;
const THREAD_BYTES = 120 * MIB;

/**
 * The most memory that a simulation is expected to need, in bytes. The columns dominate: 16 bytes for each home
 * and interval, 40 more for each that is traced.
 */
export function memoryEstimate({ homes, intervals, tracedHomes, workers }: SimulationSize): number {
  return (
    PROCESS_BYTES +
    (workers - 1) * THREAD_BYTES +
    homes * intervals * PROFILE_BYTES +
    tracedHomes * intervals * TRACE_BYTES +
    intervals * INTERVAL_BYTES +
    homes * HOME_BYTES
  );
}

/**
 * Refuses a simulation that needs more memory than there is, before it is begun.
 * @param availableBytes what the process may still take, as `process.availableMemory()` says
 * @returns the estimate in bytes
 * @throws CommonwattError `SIMULATION_TOO_LARGE`
 */
export function requireMemory(size: SimulationSize, availableBytes: number): number {
  const bytes = memoryEstimate(size);
  if (bytes <= availableBytes) return bytes;
  const mib = (value: number): number => Math.ceil(value / MIB);
  const { homes, intervals, tracedHomes, workers } = size;
  throw new CommonwattError(
    "SIMULATION_TOO_LARGE",
    `${homes} homes over ${intervals} intervals need about ${mib(bytes)} MiB, and there are ${mib(availableBytes)}; ` +
      "take fewer homes or days, longer intervals, or trace fewer homes",
    {
      details: {
        homes,
        intervals,
        tracedHomes,
        workers,
        neededMiB: mib(bytes),
        availableMiB: mib(availableBytes),
      },
    },
  );
}
