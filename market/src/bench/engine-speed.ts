import { median, processUptimeMs } from "@commonwatt/vpp-core";
import { cpuSeconds } from "./cpu-time.ts";
import { runUntil } from "./digest.ts";
import type { BenchEngine, Workload } from "./workload.ts";

/** How fast an engine played a workload, in messages per second of CPU. */
export interface EngineSpeed {
  /** Median of the runs after the first, or of the only one. */
  readonly perSecond: number;
  /** Of the first run: while V8 still compiles. */
  readonly coldPerSecond: number;
  /** Messages of one run; fewer than there are when the time was over, which flatters the engine. */
  readonly messages: number;
}

/** A kernel may count a thread's time in ticks of this length: a shorter run reads as nothing, and counts as one. */
const TICK_S = 0.004;
/** A fast engine plays on until its runs took so many seconds of CPU, so that one moment of the machine decides less. */
const RUNS_S = 0.5;
/** But not more often than this. */
const RUNS_MAX = 15;
/** Seconds of CPU that an engine may take to fill its books. */
const FILL_CAP_S = 10;

/**
 * Plays a workload on new engines until it was played often enough, or one run has used its time; `null` when
 * an engine did not even fill its books in time.
 */
export function engineSpeed(
  make: () => BenchEngine,
  workload: Workload,
  runs: number,
  capS: number,
): EngineSpeed | null {
  const speeds: number[] = [];
  let messages = 0;
  let playedS = 0;
  do {
    const engine = make();
    const { fill } = workload.shape;
    const filling = cpuSeconds();
    if (runUntil(engine, workload.messages, 0, fill, filling, FILL_CAP_S) < fill) return null;
    const run = timedRun(engine, workload, capS);
    messages = run.messages;
    playedS += messages / run.perSecond;
    speeds.push(run.perSecond);
  } while (
    messages === workload.shape.timed &&
    (speeds.length < runs || (playedS < RUNS_S && speeds.length < RUNS_MAX))
  );
  const [cold = 0, ...warm] = speeds;
  return { perSecond: warm.length === 0 ? cold : median(warm), coldPerSecond: cold, messages };
}

function timedRun(
  engine: BenchEngine,
  { shape, messages }: Workload,
  capS: number,
): { readonly perSecond: number; readonly messages: number } {
  const spent = cpuSeconds();
  const to = shape.fill + shape.timed;
  const done = runUntil(engine, messages, shape.fill, to, spent, capS) - shape.fill;
  return { perSecond: done / Math.max(spent(), TICK_S), messages: done };
}

/** How long single messages take, in microseconds of the wall clock. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly p9999Us: number;
  readonly maxUs: number;
}

/**
 * Times every message by itself, the timer's own time included: a closed loop, so it tells how long the
 * engine takes, not how long somebody waits behind others.
 */
export function engineLatency(make: () => BenchEngine, { shape, messages }: Workload): Latency {
  const warm = make();
  warm.run(messages, 0, shape.fill + shape.timed);
  const engine = make();
  engine.run(messages, 0, shape.fill);
  // Its pages are there before the clock starts, and the clock leaves no garbage: a page that is made between two
  // messages slows the second.
  const times = new Float64Array(shape.timed).fill(0);
  for (let number = 0; number < shape.timed; number++) {
    const fromMs = processUptimeMs();
    engine.run(messages, shape.fill + number, shape.fill + number + 1);
    times[number] = processUptimeMs() - fromMs;
  }
  times.sort();
  const at = (share: number): number => (times[Math.ceil(share * times.length) - 1] as number) * 1e3;
  return { p50Us: at(0.5), p99Us: at(0.99), p999Us: at(0.999), p9999Us: at(0.9999), maxUs: at(1) };
}
