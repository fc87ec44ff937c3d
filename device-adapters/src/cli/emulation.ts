/** A running emulator, and what there is to say of it. */
export interface Emulation {
  /** Where it listens, as the first line of NDJSON. */
  readonly listening: object;
  /** The same for a person. */
  readonly text: string;
  /** What the last line of NDJSON says. */
  summary(): object;
  /** The same for a person, where there is something to say. */
  closingText?(): string;
  close(): Promise<void>;
}

/** What every emulator is told on the command line. */
export interface EmulateOptions {
  readonly host: string;
  readonly port?: number;
  readonly unit?: number;
  readonly firmware?: string;
  readonly fault?: readonly string[];
  readonly home?: string;
  readonly pki?: string;
  readonly trust?: readonly string[];
}

/** The port of an emulated Modbus device unless given: 502 is for those who may do everything. */
export const MODBUS_PORT = 5020;
