import assert from "node:assert/strict";
import type { ReadingRow } from "../ports/store.ts";
import type { Queries } from "./database.ts";

/** PostgreSQL's text cannot hold this character; device strings sometimes end in it. */
const NUL = "\u0000";

/**
 * Makes sure that the database can keep a row, so that a wrong one fails where it is made.
 * Throws an AssertionError for a time or value that is not a number.
 */
export function checkedRow(row: ReadingRow): ReadingRow {
  assert(Number.isSafeInteger(row.takenAtMs), `takenAtMs must be a safe integer, got ${row.takenAtMs}`);
  assert(row.value === null || Number.isFinite(row.value), `value must be finite or null, got ${row.value}`);
  return row.reason?.includes(NUL) ? { ...row, reason: row.reason.replaceAll(NUL, "") } : row;
}

/** Writes rows in one statement; a (device, point, time) that is there already stays as it is. */
export async function insertRows(queries: Queries, rows: readonly ReadingRow[]): Promise<void> {
  await queries.query(
    `insert into readings (taken_at, site_id, device_id, point, value, quality, reason)
     select from_epoch_ms(taken_at), site_id, device_id, point, value, quality, reason
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::text[], $7::text[])
       as given (taken_at, site_id, device_id, point, value, quality, reason)
     on conflict do nothing`,
    [
      rows.map((row) => row.takenAtMs),
      rows.map((row) => row.siteId),
      rows.map((row) => row.deviceId),
      rows.map((row) => row.point),
      rows.map((row) => row.value),
      rows.map((row) => row.quality),
      rows.map((row) => row.reason),
    ],
  );
}
