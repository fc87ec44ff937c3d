import type { ReadingBucket, ReadingQuery, ReadingStore } from "../ports/store.ts";
import type { Database } from "./database.ts";
import type { ReadingWriter } from "./reading-writer.ts";

/**
 * The start of the bucket that holds a time; buckets are counted from the epoch. TimescaleDB's own function
 * lets it skip chunks and use its plans; PostgreSQL's does the same on an ordinary table.
 */
function bucketSql(hasTimescale: boolean): string {
  const name = hasTimescale ? "time_bucket" : "date_bin";
  return `${name}($5::bigint * interval '1 millisecond', taken_at, 'epoch'::timestamptz)`;
}

async function series(
  database: Database,
  hasTimescale: boolean,
  query: ReadingQuery,
): Promise<readonly ReadingBucket[]> {
  return await database.query<ReadingBucket>(
    `select to_epoch_ms(${bucketSql(hasTimescale)}) as "startMs",
       avg(value) as mean, min(value) as min, max(value) as max, count(*) as count
     from readings
     where site_id = $1 and point = $2 and taken_at >= from_epoch_ms($3) and taken_at < from_epoch_ms($4)
       and quality = 'good' and value is not null
     group by 1 order by 1`,
    [query.siteId, query.point, query.fromMs, query.toMs, query.bucketMs],
  );
}

/** Readings: written through the writer, read by SQL. `count` speaks of what is in the database. */
export function readingStore(database: Database, writer: ReadingWriter, hasTimescale: boolean): ReadingStore {
  return {
    append: (rows) => writer.append(rows),
    flush: () => writer.flush(),
    series: (query) => series(database, hasTimescale, query),
    async count() {
      const [row] = await database.query<{ readonly count: number }>(
        "select count(*) as count from readings",
      );
      return row?.count ?? 0;
    },
  };
}
