import type { SignedMeterReading } from "../ports/metering.ts";
import type { MeteringStore } from "../ports/store.ts";
import type { Database } from "./database.ts";

const COLUMNS = `site_id as "siteId", sequence, to_epoch_ms(taken_at) as "takenAtMs",
  import_wh as "importWh", export_wh as "exportWh", meter_key as "meterKey", signature`;

async function save(database: Database, readings: readonly SignedMeterReading[]): Promise<void> {
  await database.query(
    `insert into meter_readings (site_id, sequence, taken_at, import_wh, export_wh, meter_key, signature)
     select site_id, sequence, from_epoch_ms(taken_at), import_wh, export_wh, meter_key, signature
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
       as given (site_id, sequence, taken_at, import_wh, export_wh, meter_key, signature)
     on conflict do nothing`,
    [
      readings.map((reading) => reading.siteId),
      readings.map((reading) => reading.sequence),
      readings.map((reading) => reading.takenAtMs),
      readings.map((reading) => reading.importWh),
      readings.map((reading) => reading.exportWh),
      readings.map((reading) => reading.meterKey),
      readings.map((reading) => reading.signature),
    ],
  );
}

/** Signed meter readings. Of several at one time, the one with the last sequence counts as the later. */
export function meteringStore(database: Database): MeteringStore {
  return {
    save: (readings) => save(database, readings),
    async lastUpTo(site, time) {
      const [row] = await database.query<SignedMeterReading>(
        `select ${COLUMNS} from meter_readings where site_id = $1 and taken_at <= from_epoch_ms($2)
         order by taken_at desc, sequence desc limit 1`,
        [site, time],
      );
      return row ?? null;
    },
    async firstFrom(site, time) {
      const [row] = await database.query<SignedMeterReading>(
        `select ${COLUMNS} from meter_readings where site_id = $1 and taken_at >= from_epoch_ms($2)
         order by taken_at, sequence limit 1`,
        [site, time],
      );
      return row ?? null;
    },
  };
}
