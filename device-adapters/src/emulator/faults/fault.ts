import { CommonwattError } from "@commonwatt/vpp-core";

/** What the wire of an emulated Modbus device can do wrong. */
export const WIRE_FAULTS = {
  reset: {
    meaning: "the connection is reset (RST) in place of an answer",
    parameter: "every n-th answer",
    usual: 20,
  },
  end: {
    meaning: "the device hangs up (FIN) in the middle of an answer",
    parameter: "every n-th answer",
    usual: 20,
  },
  "half-open": {
    meaning: "the connection stays and is never answered again",
    parameter: "every n-th answer",
    usual: 20,
  },
  lost: {
    meaning: "a request is carried out and its answer is lost",
    parameter: "every n-th answer",
    usual: 20,
  },
  delay: { meaning: "answers come late", parameter: "ms before each answer", usual: 500 },
  busy: {
    meaning: "the device says that it is busy (exception 6)",
    parameter: "every n-th request",
    usual: 20,
  },
  truncated: { meaning: "half of an answer comes, and no more", parameter: "every n-th answer", usual: 20 },
  "wrong-transaction": {
    meaning: "an answer has another transaction id",
    parameter: "every n-th answer",
    usual: 20,
  },
  "wrong-unit": { meaning: "an answer has another unit id", parameter: "every n-th answer", usual: 20 },
  coalesced: {
    meaning: "an old answer and the right one come in one piece",
    parameter: "every n-th answer",
    usual: 1,
  },
  "byte-by-byte": { meaning: "an answer comes one byte at a time", parameter: "every n-th answer", usual: 1 },
  "single-client": {
    meaning: "one client is served at a time",
    parameter: "0 refuses others, 1 leaves them unheard",
    usual: 0,
  },
  deaf: { meaning: "a new connection is not heard for a while", parameter: "ms after connect", usual: 2_000 },
} as const;

/** What the registers of an emulated Modbus device can do wrong. */
export const REGISTER_FAULTS = {
  "moving-scale": {
    meaning: "scale factors change, and the values with them",
    parameter: "ms between changes",
    usual: 1_000,
  },
  night: {
    meaning: 'the solar side says "not there", as inverters do at night',
    parameter: "ms between dusk and dawn; 0 is always night",
    usual: 0,
  },
  "no-end-model": { meaning: "nothing stands behind the last model", parameter: "unused", usual: 0 },
  "length-change": {
    meaning: "a model grows and shrinks",
    parameter: "ms between changes of L",
    usual: 30_000,
  },
  "stuck-timer": {
    meaning: "the device's own timer runs out and the command stays",
    parameter: "unused",
    usual: 0,
  },
  eeprom: {
    meaning: "registers that wear out take so many writes, then fail (exception 4)",
    parameter: "writes until the memory is worn out",
    usual: 100_000,
  },
} as const;

/** What the network before an emulated OPC UA server, or the server itself, can do wrong. */
export const NETWORK_FAULTS = {
  cut: { meaning: "every connection is reset", parameter: "ms between cuts", usual: 10_000 },
  freeze: {
    meaning: "nothing passes, and nothing is closed",
    parameter: "ms between freezing and thawing",
    usual: 10_000,
  },
  delay: { meaning: "everything takes longer", parameter: "ms in each direction", usual: 500 },
  restart: { meaning: "the server starts anew", parameter: "ms between restarts", usual: 30_000 },
} as const;

/** What is known of a fault. */
export interface FaultDescription {
  readonly meaning: string;
  /** What its parameter says. */
  readonly parameter: string;
  /** The parameter unless given. */
  readonly usual: number;
}

type FaultTable = Readonly<Record<string, FaultDescription>>;

/** A fault by its name, e.g. `reset`. */
export type WireFaultName = keyof typeof WIRE_FAULTS;
/** See {@link REGISTER_FAULTS}. */
export type RegisterFaultName = keyof typeof REGISTER_FAULTS;
/** See {@link NETWORK_FAULTS}. */
export type NetworkFaultName = keyof typeof NETWORK_FAULTS;

/** A fault with its parameter. */
export interface Fault<Name extends string> {
  readonly name: Name;
  readonly parameter: number;
}

/**
 * Reads `name` or `name:parameter`.
 * @throws CommonwattError `EMULATOR_UNKNOWN_FAULT`, which lists what there is.
 */
export function parseFault<Table extends FaultTable>(
  table: Table,
  text: string,
): Fault<keyof Table & string> {
  const [name = "", parameter] = text.split(":");
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  const value = parameter === undefined ? known?.usual : wholeNumberOf(parameter);
  if (known === undefined || value === undefined) {
    const names = Object.entries(table).map(([each, { parameter: meaning }]) => `${each}[:${meaning}]`);
    throw new CommonwattError(
      "EMULATOR_UNKNOWN_FAULT",
      `"${text}" is no fault; there are ${names.join(", ")}`,
      { details: { fault: text } },
    );
  }
  return { name, parameter: value };
}

function wholeNumberOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
