import type { NetworkColumns } from "../engine/simulation-result.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { columnsOf, startColumn } from "./interval-table.ts";
import type { Column, Table } from "./table.ts";

/** What a clearing within limits found, one interval a row: the price in each zone, and what the limits kept back. */
export function zoneTable(
  neighbourhood: Neighbourhood,
  { zones, zonePrices, keptBackNano, passed }: NetworkColumns,
): Table {
  const rows = neighbourhood.intervals;
  const pricesOf = (place: number): Column["values"] =>
    Array.from({ length: rows }, (_, t) => {
      const micro = zonePrices[t * zones.length + place] as number;
      return micro < 0 ? null : micro;
    });
  return {
    rows,
    columns: [
      startColumn(neighbourhood),
      ...columnsOf({ keptBackNano, limitsPassed: passed }),
      ...zones.map(
        (zone, place): Column => ({ name: `priceMicro ${zone}`, type: "INT32", values: pricesOf(place) }),
      ),
    ],
  };
}
