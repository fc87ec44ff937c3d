import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";
import { parquetOf } from "./parquet.ts";
import type { Table } from "./table.ts";

const TABLE: Table = {
  rows: 3,
  columns: [
    { name: "start", type: "TIMESTAMP", values: [0, 3_600_000, null] },
    { name: "siteId", type: "STRING", values: ["plain", 'says "hello, home"', "two\nlines"] },
    { name: "loadWh", type: "INT32", values: Int32Array.of(1, -2, 2 ** 31 - 1) },
    { name: "cashNano", type: "INT64", values: [2n ** 62n, -(2n ** 62n), null] },
    { name: "share", type: "DOUBLE", values: [0.1, null, 1 / 3] },
  ],
};

test("CSV quotes what must be quoted, and leaves missing values empty", () => {
  expect(csvOf(TABLE)).toBe(
    "start,siteId,loadWh,cashNano,share\n" +
      `1970-01-01T00:00:00.000Z,plain,1,${2n ** 62n},0.1\n` +
      `1970-01-01T01:00:00.000Z,"says ""hello, home""",-2,-${2n ** 62n},\n` +
      `,"two\nlines",2147483647,,${1 / 3}\n`,
  );
});

test("Parquet gives back, to another reader, what was put in", async () => {
  const bytes = parquetOf(TABLE);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toEqual(
    Array.from({ length: TABLE.rows }, (_, row) =>
      Object.fromEntries(
        TABLE.columns.map(({ name, type, values }) => {
          const value = values[row] ?? null;
          return [name, value === null || type !== "TIMESTAMP" ? value : new Date(Number(value))];
        }),
      ),
    ),
  );
});

test("a table of many rows and none is whole", async () => {
  const values = Int32Array.from({ length: 250_000 }, (_, i) => i);
  const many = parquetOf({ rows: values.length, columns: [{ name: "energyWh", type: "INT32", values }] });
  const read = await parquetReadObjects({ file: many.buffer.slice(0) as ArrayBuffer, rowStart: 249_999 });
  expect(read).toEqual([{ energyWh: 249_999 }]);
  const none = { rows: 0, columns: [{ name: "energyWh", type: "INT32", values: [] }] } as const;
  expect(await parquetReadObjects({ file: parquetOf(none).buffer as ArrayBuffer })).toEqual([]);
  expect(csvOf(none)).toBe("energyWh\n");
});
