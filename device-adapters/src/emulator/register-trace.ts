import { type Clock, CommonwattError, type EpochMs } from "@commonwatt/vpp-core";
import type { ModbusException, RegisterBank } from "../modbus/modbus-server.ts";

const ILLEGAL_ADDRESS = 2;
const REGISTER_MAX = 0xffff;
const UNIT_MAX = 255;

/** The registers of a device at one moment: runs of values by the address of the first. */
export interface TraceFrame {
  /** Milliseconds from the start of the recording. */
  readonly atMs: number;
  /** Holding registers. */
  readonly registers: TraceRuns;
  /** Input registers, where the device has some. */
  readonly input?: TraceRuns;
}

type TraceRuns = Readonly<Record<string, readonly number[]>>;

/** What was read from the units of a device over some time. */
export interface RegisterTrace {
  readonly units: readonly { readonly unit: number; readonly frames: readonly TraceFrame[] }[];
}

/**
 * Takes a recorded trace from JSON.
 * @throws CommonwattError `EMULATOR_BAD_TRACE`, which names the place and the rule.
 */
export function parseRegisterTrace(json: string): RegisterTrace {
  const trace = asRecord(parsed(json), "the trace");
  const units = asArray(trace["units"], "units").map((each, index) => {
    const place = `units[${index}]`;
    const { unit, frames } = asRecord(each, place);
    const read = asArray(frames, `${place}.frames`).map((frame, at) =>
      frameOf(frame, `${place}.frames[${at}]`),
    );
    if (read.some(({ atMs }, at) => at > 0 && atMs <= (read[at - 1]?.atMs ?? 0))) {
      throw badTrace(`${place}.frames must be in the order of time`);
    }
    return { unit: wholeWithin(unit, 0, UNIT_MAX, `${place}.unit`), frames: read };
  });
  return { units };
}

/** Serves a recorded unit: each frame from its time on, the last one for ever. Nothing can be written. */
export class TraceUnit implements RegisterBank {
  readonly #frames: readonly TraceImage[];
  readonly #clock: Clock;
  readonly #startMs: EpochMs;

  constructor(frames: readonly TraceFrame[], clock: Clock) {
    this.#frames = frames.map(({ atMs, registers, input = {} }) => ({
      atMs,
      holding: imageOf(registers),
      input: imageOf(input),
    }));
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  read(address: number, count: number): Buffer | ModbusException {
    return this.#read("holding", address, count);
  }

  readInput(address: number, count: number): Buffer | ModbusException {
    return this.#read("input", address, count);
  }

  #read(table: "holding" | "input", address: number, count: number): Buffer | ModbusException {
    const elapsedMs = this.#clock.now() - this.#startMs;
    const frame = this.#frames.findLast(({ atMs }) => atMs <= elapsedMs) ?? this.#frames[0];
    const bytes = Buffer.alloc(2 * count);
    for (let index = 0; index < count; index++) {
      const value = frame?.[table].get(address + index);
      if (value === undefined) return ILLEGAL_ADDRESS;
      bytes.writeUInt16BE(value, 2 * index);
    }
    return bytes;
  }

  write(): ModbusException {
    return ILLEGAL_ADDRESS;
  }
}

interface TraceImage {
  readonly atMs: number;
  readonly holding: ReadonlyMap<number, number>;
  readonly input: ReadonlyMap<number, number>;
}

function imageOf(registers: TraceRuns): ReadonlyMap<number, number> {
  return new Map(
    Object.entries(registers).flatMap(([address, values]) =>
      values.map((value, index) => [Number(address) + index, value] as const),
    ),
  );
}

function frameOf(value: unknown, place: string): TraceFrame {
  const { atMs, registers, input } = asRecord(value, place);
  return {
    atMs: wholeWithin(atMs, 0, Number.MAX_SAFE_INTEGER, `${place}.atMs`),
    registers: runsOf(registers, `${place}.registers`),
    ...(input === undefined ? {} : { input: runsOf(input, `${place}.input`) }),
  };
}

function runsOf(value: unknown, place: string): TraceRuns {
  const runs = Object.entries(asRecord(value, place)).map(([address, values]) => {
    const at = `${place}["${address}"]`;
    wholeWithin(Number(address), 0, REGISTER_MAX, `the address of ${at}`);
    const run = asArray(values, at).map((each) => wholeWithin(each, 0, REGISTER_MAX, `each value of ${at}`));
    return [address, run] as const;
  });
  return Object.fromEntries(runs);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw badTrace(`the trace must be JSON: ${String(error)}`);
  }
}

function asRecord(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badTrace(`${place} must be an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function asArray(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw badTrace(`${place} must be a list that is not empty`);
  return value;
}

function wholeWithin(value: unknown, min: number, max: number, place: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw badTrace(`${place} must be a whole number from ${min} to ${max}`);
}

function badTrace(message: string): CommonwattError {
  return new CommonwattError("EMULATOR_BAD_TRACE", message);
}
