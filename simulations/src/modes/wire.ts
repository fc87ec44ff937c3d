import assert from "node:assert/strict";
import { callAuction } from "@commonwatt/market";
import { escrow } from "@commonwatt/settlement";
import {
  type ConfigFile,
  defineConfig,
  epochMs,
  type Forecaster,
  intervalLength,
  type Logger,
  processUptimeMs,
  type RunEvent,
  type RunSummary,
  runCommunity,
  type SiteConfig,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { checkNeighbourhood } from "../neighbourhood/check-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import type { HardwareAddress } from "../street/emulator-messages.ts";
import { homeDevices } from "../street/home-devices.ts";
import { startStreetHardware } from "../street/street-hardware.ts";
import type { ModeFigures } from "./mode-figures.ts";
import { requireWire, unfit } from "./mode-fit.ts";
import { recordedStreet } from "./recorded-street.ts";

/** What a run on the wire came to. */
export interface WireRun extends ModeFigures {
  readonly summary: RunSummary;
  /** How many intervals were to be traded: all of which something is expected. */
  readonly intervals: number;
  /** Seconds of the neighbourhood's time per real second. */
  readonly speed: number;
  /** What the community warned of, by code. */
  readonly warnings: Readonly<Record<string, number>>;
}

/** How long an interval takes in real time, or longer: twenty-four control cycles of half a second. */
const INTERVAL_WALL_MS = 12_000;
/** Faster than this a control cycle no longer fits between two boundaries. */
export const WIRE_SPEED_MAX = 450;
/** From the start of the clock to the first interval, in intervals: time to bid, however many homes there are. */
const LEAD_INTERVALS = 0.7;
const ESCROW = { challengeWindowSeconds: 1, responseSeconds: 1, sweepEarnings: false };

/** How a run on the wire is run. */
export interface WireOptions {
  readonly logger: Logger;
  /** Seconds of the neighbourhood's time per real second; `null` for twelve real seconds an interval. */
  readonly speed: number | null;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** What is expected of each interval, by home: what every home's forecaster says. */
interface Expected {
  /** Before it nothing is known, and nobody bids. */
  readonly firstInterval: number;
  readonly loadWh: readonly Int32Array[];
  readonly pvWh: readonly Int32Array[];
}

/**
 * Runs a neighbourhood as a community: emulated inverters, batteries and meters on Modbus and OPC UA that live through
 * its powers, controllers that read and command them over the wire on an accelerated clock, market, settlement and
 * escrow as live. Forecasts are those of the fast run.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT` for what such a community cannot be, and what running one throws.
 */
export async function runWire(
  options: SimulationOptions,
  { logger, speed: wanted, signal }: WireOptions,
): Promise<WireRun> {
  const { neighbourhood, onProgress } = options;
  checkNeighbourhood(neighbourhood);
  requireWire(options);
  const { intervals, intervalMinutes } = neighbourhood;
  const expected = await expectedOf(options);
  const { firstInterval } = expected;
  const usualSpeed = intervalLength(intervalMinutes) / INTERVAL_WALL_MS;
  const speed = wanted ?? Math.min(WIRE_SPEED_MAX, usualSpeed);
  const warnings: Record<string, number> = {};
  const settled: Extract<RunEvent, { readonly event: "settled" }>[] = [];
  const summary = await runCommunity(
    {
      ...{ file: "scenario", config: wireConfig(options, expected), values: {}, speed, logger },
      ...{ intervals: intervals - firstInterval, dataPath: null, databaseUrl: null },
      ...{ apiHost: "127.0.0.1", apiPort: 0, uptimeMs: processUptimeMs },
      report: (event) => {
        if (event.event === "warning" || event.event === "rejected")
          warnings[event.code] = (warnings[event.code] ?? 0) + 1;
        if (event.event !== "settled") return;
        settled.push(event);
        onProgress?.(firstInterval + settled.length, intervals);
      },
    },
    signal,
  );
  const statements = settled.flatMap((event) => event.statements);
  const credit = statements.reduce((sum, { creditNano }) => sum + creditNano, 0n);
  const debit = statements.reduce((sum, { debitNano }) => sum + debitNano, 0n);
  const { trades, tradedWh, settledWh } = summary;
  return {
    ...{ trades, tradedWh, settledWh, creditNano: credit.toString(), debitNano: debit.toString() },
    conserved: credit === debit && summary.escrow.conserved,
    ...{ summary, speed, warnings, intervals: intervals - firstInterval },
  };
}

/** The community that a neighbourhood is on the wire. */
function wireConfig({ neighbourhood, mechanism }: SimulationOptions, expected: Expected): ConfigFile {
  const { community, startMs, intervalMinutes, siteIds } = neighbourhood;
  const { name, kPerMille } = namedMechanism(mechanism);
  const lengthMs = intervalLength(intervalMinutes);
  return defineConfig({
    options: {},
    simulatedStartMs: epochMs(startMs + (expected.firstInterval - LEAD_INTERVALS) * lengthMs),
    async setup({ directory, startMs: clockStartMs, logger }) {
      const street = recordedStreet(neighbourhood, 0);
      const world = await startStreetHardware({ street, startMs: clockStartMs, directory, logger });
      return {
        ...{ community, feeder: "feeder-1", currency: "EUR", intervalMinutes, world },
        tariff: tariffAt(neighbourhood, 0),
        venue: callAuction({ mechanism: { name, ...(kPerMille === null ? {} : { kPerMille }) } }),
        rail: escrow(ESCROW),
        sites: siteIds.map((_, home) => siteOf(neighbourhood, home, world.devices[home], expected)),
      };
    },
  });
}

function siteOf(
  neighbourhood: Neighbourhood,
  home: number,
  address: HardwareAddress | undefined,
  expected: Expected,
): SiteConfig {
  const { siteIds, importPowerMaxW, exportPowerMaxW, batteries } = neighbourhood;
  const id = siteIds[home];
  assert(id !== undefined && address?.homeId === id, "every home has its hardware");
  return {
    ...{ id, devices: homeDevices(address), forecaster: forecasterOf(neighbourhood, home, expected) },
    limits: {
      importPowerMaxW: watts(importPowerMaxW[home] as number),
      exportPowerMaxW: watts(exportPowerMaxW[home] as number),
    },
    reserveWh: wattHours(batteries.reserveWh[home] as number),
  };
}

function forecasterOf(
  { startMs, intervalMinutes }: Neighbourhood,
  home: number,
  { loadWh, pvWh }: Expected,
): Forecaster {
  return (interval) => {
    const t = Math.round((interval.startMs - startMs) / intervalLength(intervalMinutes));
    return {
      loadWh: wattHours(loadWh[t]?.[home] ?? 0),
      pvWh: wattHours(pvWh[t]?.[home] ?? 0),
    };
  };
}

async function expectedOf({ neighbourhood, forecast, seed }: SimulationOptions): Promise<Expected> {
  const { intervals, siteIds } = neighbourhood;
  await FORECASTS[forecast].prepare?.();
  const run = FORECASTS[forecast].begin(neighbourhood, seed);
  const columns = (): readonly Int32Array[] =>
    Array.from({ length: intervals }, () => new Int32Array(siteIds.length));
  const [loadWh, pvWh] = [columns(), columns()];
  const isKnown = loadWh.map((column, t) =>
    run.expect(t, t, 0, siteIds.length, column, pvWh[t] as Int32Array),
  );
  const firstInterval = isKnown.indexOf(true);
  if (firstInterval < 0) unfit("wire", "the forecast", forecast, "one that knows something of some interval");
  return { firstInterval, loadWh, pvWh };
}
