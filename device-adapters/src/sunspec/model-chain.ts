import { CommonwattError, isCommonwattError } from "@commonwatt/vpp-core";
import { modelById } from "./models/models.ts";

/** Reads holding registers of one unit: two bytes each, most significant first. */
export type RegisterReader = (address: number, count: number) => Promise<Buffer>;

/** One model of a device, and where it stands. */
export interface ModelAddress {
  readonly id: number;
  /** Address of its ID register. */
  readonly address: number;
  /** L as the device states it: registers after ID and L. */
  readonly length: number;
  /** What the device states where that cannot be and `length` is what must be meant. */
  readonly statedLength?: number;
  /** Which model 1 it follows, from 0: every model 1 begins a new logical device. */
  readonly deviceIndex: number;
}

/** Why the walk along a chain ended. */
export type ChainEnd = "end-model" | "zero-id" | "exception" | "address-overflow" | "too-many-models";

/** The models of a device in their order. */
export interface ModelChain {
  readonly baseAddress: number;
  readonly models: readonly ModelAddress[];
  readonly end: ChainEnd;
}

/** Where a SunSpec map may begin, in the order of likelihood (SunSpec Device Information Model Specification). */
const BASE_ADDRESSES = [40_000, 0, 50_000] as const;
const MARKER = "SunS";
const END_MODEL_ID = 0xffff;
const COMMON_MODEL_ID = 1;
const COMMON_LENGTHS: readonly number[] = [66, 65];
const ADDRESS_MAX = 65_535;
/** No device has that many; a map that says so is broken. */
const MODELS_MAX = 200;

/**
 * Finds the SunSpec map of a unit and walks its chain of models.
 * @throws CommonwattError `SUNSPEC_NOT_FOUND` when no base has the marker (retryable when one did not
 *   answer), or the error of a wire that fails in mid-chain.
 */
export async function walkModelChain(read: RegisterReader): Promise<ModelChain> {
  const baseAddress = await findBase(read);
  const models: ModelAddress[] = [];
  let address = baseAddress + 2;
  let deviceIndex = -1;
  for (;;) {
    if (address + 1 > ADDRESS_MAX) return { baseAddress, models, end: "address-overflow" };
    if (models.length >= MODELS_MAX) return { baseAddress, models, end: "too-many-models" };
    // ID and L one by one: some devices have no L behind their last id and refuse to read both.
    const id = await readUnlessRefused(read, address);
    if (id === null) return { baseAddress, models, end: "exception" };
    if (id === END_MODEL_ID) return { baseAddress, models, end: "end-model" };
    if (id === 0) return { baseAddress, models, end: "zero-id" };
    const stated = await readUnlessRefused(read, address + 1);
    if (stated === null) return { baseAddress, models, end: "exception" };
    const length = id === COMMON_MODEL_ID ? await commonLength(read, address, stated) : stated;
    if (address + 1 + length > ADDRESS_MAX) return { baseAddress, models, end: "address-overflow" };
    if (id === COMMON_MODEL_ID) deviceIndex += 1;
    const broken = length === stated ? {} : { statedLength: stated };
    models.push({ id, address, length, deviceIndex, ...broken });
    address += 2 + length;
  }
}

async function findBase(read: RegisterReader): Promise<number> {
  let silent: unknown = null;
  for (const base of BASE_ADDRESSES) {
    try {
      const bytes = await read(base, 3);
      if (bytes.toString("latin1", 0, 4) === MARKER && bytes.readUInt16BE(4) === COMMON_MODEL_ID) return base;
    } catch (error) {
      // An address that a device does not have may be answered by anything: an exception, silence, a reset.
      if (!isCommonwattError(error) || GIVES_UP.has(error.code)) throw error;
      if (error.retryable) silent = error;
    }
  }
  if (isCommonwattError(silent)) throw silent;
  throw new CommonwattError("SUNSPEC_NOT_FOUND", "no SunSpec map at 40000, 0 or 50000");
}

/** Errors after which another address is no use: nothing has been sent. */
const GIVES_UP: ReadonlySet<string> = new Set([
  "MODBUS_CONNECT_FAILED",
  "MODBUS_BACKING_OFF",
  "MODBUS_CLOSED",
]);

/**
 * The length of a model 1. It is 66, or 65 without the pad; there are devices that state another one and
 * have 66 registers all the same. Then what stands behind the candidates decides.
 */
async function commonLength(read: RegisterReader, address: number, stated: number): Promise<number> {
  if (COMMON_LENGTHS.includes(stated)) return stated;
  for (const length of [stated, ...COMMON_LENGTHS]) {
    if (address + 2 + length > ADDRESS_MAX) continue;
    const next = await readUnlessRefused(read, address + 2 + length);
    if (next !== null && (next === END_MODEL_ID || modelById(next) !== null)) return length;
  }
  return stated;
}

async function readUnlessRefused(read: RegisterReader, address: number): Promise<number | null> {
  try {
    return (await read(address, 1)).readUInt16BE(0);
  } catch (error) {
    if (isCommonwattError(error, "MODBUS_EXCEPTION") && !error.retryable) return null;
    throw error;
  }
}
