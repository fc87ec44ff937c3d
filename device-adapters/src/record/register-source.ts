/** Words of one unit and table as they were read, from `address` on. */
export interface RegisterRun {
  readonly unit: number;
  readonly table: "holding" | "input";
  readonly address: number;
  readonly bytes: Buffer;
}

/** Where registers to record come from. Only reads. */
export interface RegisterSource {
  /**
   * Reads everything once.
   * @throws CommonwattError when the wire fails; what the device refuses is left out.
   */
  readOnce(): Promise<readonly RegisterRun[]>;
}

/** Where a serial number stands. */
export interface SerialPlace {
  readonly unit: number;
  readonly table: "holding" | "input";
  readonly address: number;
  /** In registers. */
  readonly count: number;
}

/** Writes an X over every character of serial numbers; what pads them stays. */
export function withMaskedSerials(
  runs: readonly RegisterRun[],
  places: readonly SerialPlace[],
): readonly RegisterRun[] {
  return runs.map((run) => {
    const bytes = Buffer.from(run.bytes);
    for (const { unit, table, address, count } of places) {
      if (unit !== run.unit || table !== run.table) continue;
      for (let at = 2 * (address - run.address); at < 2 * (address + count - run.address); at++) {
        const byte = bytes[at];
        if (byte !== undefined && byte > PADS_TO) bytes[at] = MASK;
      }
    }
    return { ...run, bytes };
  });
}

/** NUL and blank pad texts. */
const PADS_TO = 0x20;
const MASK = "X".charCodeAt(0);
