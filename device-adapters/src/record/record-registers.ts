import { isDeepStrictEqual } from "node:util";
import { type Clock, durationMs, isCommonwattError, sleep } from "@commonwatt/vpp-core";
import type { RegisterTrace, TraceFrame } from "../emulator/register-trace.ts";
import type { RegisterRun, RegisterSource } from "./register-source.ts";

/** How a recording is made. */
export interface RecordOptions {
  readonly sources: readonly RegisterSource[];
  readonly clock: Clock;
  readonly lengthMs: number;
  /** From the start of one pass over the registers to the next; a slow device takes longer. */
  readonly intervalMs: number;
  /** Ends the recording early; what was read is kept. */
  readonly signal?: AbortSignal;
  /** Told of every pass over the registers, whether it was kept or not. */
  readonly onPass?: (pass: RecordedPass) => Promise<void> | void;
}

/** One pass over the registers. */
export interface RecordedPass {
  /** From the start of the recording. */
  readonly atMs: number;
  readonly registers: number;
  /** Why there is nothing of it; `null` when it went well. */
  readonly failure: string | null;
}

/** What was recorded. */
export interface Recording {
  readonly trace: RegisterTrace;
  readonly passes: number;
  readonly missed: number;
  /** Why the last pass that failed did. */
  readonly failure: string | null;
}

/**
 * Reads registers again and again and keeps what changed, with the time of the pass. A pass that fails is
 * left out: a replay goes on with the one before, as the device's readers had to.
 */
export async function recordRegisters(options: RecordOptions): Promise<Recording> {
  const { sources, clock, lengthMs, intervalMs, signal, onPass } = options;
  const frames = new Map<number, TraceFrame[]>();
  const startMs = clock.now();
  let [passes, missed] = [0, 0];
  let failure: string | null = null;
  let firstMs: number | null = null;
  for (let passMs = startMs; passMs < startMs + lengthMs && signal?.aborted !== true; passMs = clock.now()) {
    const pass = await readPass(sources);
    passes += 1;
    if (pass.failure !== null) {
      missed += 1;
      failure = pass.failure;
    } else {
      firstMs ??= passMs;
      for (const [unit, frame] of framesOf(pass.runs, passMs - firstMs)) keepChanged(frames, unit, frame);
    }
    const registers = pass.runs.reduce((sum, { bytes }) => sum + bytes.length / 2, 0);
    await onPass?.({ atMs: passMs - startMs, registers, failure: pass.failure });
    const waitMs = durationMs(Math.max(0, passMs + intervalMs - clock.now()));
    await sleep(clock, waitMs, signal).catch(() => undefined);
  }
  const units = [...frames].map(([unit, each]) => ({ unit, frames: each }));
  return { trace: { units }, passes, missed, failure };
}

interface ReadPass {
  readonly runs: readonly RegisterRun[];
  readonly failure: string | null;
}

async function readPass(sources: readonly RegisterSource[]): Promise<ReadPass> {
  try {
    const runs: RegisterRun[] = [];
    for (const source of sources) runs.push(...(await source.readOnce()));
    return { runs, failure: runs.length === 0 ? "the device refused every register" : null };
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    return { runs: [], failure: `${error.code}: ${error.message}` };
  }
}

function framesOf(runs: readonly RegisterRun[], atMs: number): ReadonlyMap<number, TraceFrame> {
  const units = Map.groupBy(runs, ({ unit }) => unit);
  return new Map(
    [...units].map(([unit, own]) => {
      const input = wordsOf(own.filter(({ table }) => table === "input"));
      const registers = wordsOf(own.filter(({ table }) => table === "holding"));
      return [unit, { atMs, registers, ...(Object.keys(input).length > 0 ? { input } : {}) }];
    }),
  );
}

function wordsOf(runs: readonly RegisterRun[]): TraceFrame["registers"] {
  return Object.fromEntries(
    runs.map(({ address, bytes }) => [
      address,
      Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index)),
    ]),
  );
}

function keepChanged(frames: Map<number, TraceFrame[]>, unit: number, frame: TraceFrame): void {
  const before = frames.get(unit) ?? [];
  const last = before.at(-1);
  const isSame = last !== undefined && isDeepStrictEqual({ ...last, atMs: frame.atMs }, frame);
  frames.set(unit, isSame ? before : [...before, frame]);
}
