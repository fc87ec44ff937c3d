import { createHash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { RunSettings } from "./run-plan.ts";

/** SHA-256 over everything that a neighbourhood holds: the same for homes given in any order. */
export function neighbourhoodHash(neighbourhood: Neighbourhood): Hex {
  const { batteries, flexible, loadWh, pvWh, importPowerMaxW, exportPowerMaxW, ...rest } = neighbourhood;
  const { retailPrice, feedInPrice, carbonGPerKwh, ...plain } = rest;
  const columns = {
    loadWh,
    pvWh,
    importPowerMaxW,
    exportPowerMaxW,
    retailPrice,
    feedInPrice,
    ...batteries,
    ...flexible,
  };
  const hash = createHash("sha256").update(JSON.stringify(plain));
  for (const [name, column] of Object.entries({ ...columns, carbonGPerKwh })) {
    hash.update(`/${name}/`);
    // Shared memory has to be copied before it is hashed.
    if (column !== null) hash.update(new Uint8Array(column.slice().buffer));
  }
  return `0x${hash.digest("hex")}`;
}

/**
 * What a run is found again by: the neighbourhood, the settings that its figures depend on, and the version of
 * the program.
 */
export function inputHash(neighbourhood: Neighbourhood, settings: RunSettings, version: string): Hex {
  const { mechanism, forecast, seed, lieBooks, feederHash } = settings;
  const text = JSON.stringify([
    neighbourhoodHash(neighbourhood),
    mechanism,
    forecast,
    seed,
    lieBooks,
    feederHash,
    version,
  ]);
  return `0x${createHash("sha256").update(text).digest("hex")}`;
}
