import { createHash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import type { HomeColumns, IntervalColumns } from "./simulation-result.ts";

/**
 * SHA-256 over all columns: of each its name and its numbers as 64-bit floats, little-endian. −0 counts as 0, so
 * that equal results have equal hashes. How batteries age is no part of it: that follows from how they were used, and
 * another model of ageing makes no other run.
 */
export function resultHash(intervals: IntervalColumns, homes: HomeColumns): Hex {
  const hash = createHash("sha256");
  const {
    siteIds,
    fullCycles: _full,
    calendarLossPpm: _calendar,
    cycleLossPpm: _cycle,
    ...homeColumns
  } = homes;
  hash.update(JSON.stringify(siteIds));
  for (const [name, column] of [...Object.entries(intervals), ...Object.entries(homeColumns)]) {
    hash.update(name);
    const bytes = new DataView(new ArrayBuffer(column.length * Float64Array.BYTES_PER_ELEMENT));
    for (let i = 0; i < column.length; i++) {
      bytes.setFloat64(i * Float64Array.BYTES_PER_ELEMENT, (column[i] as number) + 0, true);
    }
    hash.update(bytes);
  }
  return `0x${hash.digest("hex")}`;
}
