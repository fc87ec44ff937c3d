import { CommonwattError } from "@commonwatt/vpp-core";

/** What the wire of an emulated Modbus device can do wrong; the parameter's meaning and its usual value. */
export const WIRE_FAULTS = {
  reset: { parameter: "every n-th answer", usual: 20 },
  end: { parameter: "every n-th answer", usual: 20 },
  "half-open": { parameter: "every n-th answer", usual: 20 },
  lost: { parameter: "every n-th answer", usual: 20 },
  delay: { parameter: "ms before each answer", usual: 500 },
  busy: { parameter: "every n-th request", usual: 20 },
  truncated: { parameter: "every n-th answer", usual: 20 },
  "wrong-transaction": { parameter: "every n-th answer", usual: 20 },
  "wrong-unit": { parameter: "every n-th answer", usual: 20 },
  coalesced: { parameter: "every n-th answer", usual: 1 },
  "byte-by-byte": { parameter: "every n-th answer", usual: 1 },
  "single-client": { parameter: "0 refuses others, 1 leaves them unheard", usual: 0 },
  deaf: { parameter: "ms after connect", usual: 2_000 },
} as const;

/** What the registers of an emulated SunSpec device can do wrong. */
export const REGISTER_FAULTS = {
  "moving-scale": { parameter: "ms between changes", usual: 1_000 },
  night: { parameter: "ms between dusk and dawn; 0 is always night", usual: 0 },
  "no-end-model": { parameter: "unused", usual: 0 },
  "length-change": { parameter: "ms between changes of L", usual: 30_000 },
  "stuck-timer": { parameter: "unused", usual: 0 },
  eeprom: { parameter: "writes until the memory is worn out", usual: 100_000 },
} as const;

/** What the network before an emulated OPC UA server, or the server itself, can do wrong. */
export const NETWORK_FAULTS = {
  cut: { parameter: "ms between cuts", usual: 10_000 },
  freeze: { parameter: "ms between freezing and thawing", usual: 10_000 },
  delay: { parameter: "ms in each direction", usual: 500 },
  restart: { parameter: "ms between restarts", usual: 30_000 },
} as const;

type FaultTable = Readonly<Record<string, { readonly parameter: string; readonly usual: number }>>;

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
