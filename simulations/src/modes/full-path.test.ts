import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, epochMs, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { createNeighbourhood, type NeighbourhoodHome } from "../neighbourhood/create-neighbourhood.ts";
import { type FullPathRun, runFullPath } from "./full-path.ts";
import { fullPathChecks } from "./full-path-checks.ts";

const INTERVALS = 4;
const home = (id: string, change: Partial<NeighbourhoodHome>): NeighbourhoodHome => ({
  ...{ siteId: siteId(id), loadWh: new Int32Array(INTERVALS), pvWh: null, battery: null },
  ...{ importPowerMaxW: 11_000, exportPowerMaxW: 11_000, strategy: "truthful" },
  ...change,
});

/** Clouds and a kettle: by persistence, every home is wrong about the next quarter, so that many fall short. */
const neighbourhood = createNeighbourhood(
  {
    ...{
      community: "four-homes",
      intervalMinutes: 15,
      startMs: epochMs(1_782_000_000_000),
      intervals: INTERVALS,
    },
    retailPrice: new Int32Array(INTERVALS).fill(300_001),
    feedInPrice: new Int32Array(INTERVALS).fill(79_999),
  },
  [
    home("roof", { loadWh: [90, 110, 70, 101], pvWh: [900, 400, 1_100, 301] }),
    home("flat-1", { loadWh: [300, 50, 211, 333] }),
    home("flat-2", { loadWh: [150, 420, 77, 260] }),
    home("store", {
      ...{ loadWh: [60, 61, 62, 63], pvWh: [200, 90, 10, 303] },
      battery: {
        ...{ capacityWh: wattHours(5_000), storedMinWh: wattHours(500), storedMaxWh: wattHours(5_000) },
        ...{ startStoredWh: 3_100, reserveWh: 600, inverterPowerMaxW: 3_000 },
        ...{ chargePowerMaxW: watts(2_500), dischargePowerMaxW: watts(2_500) },
        ...{ chargeEfficiencyPermille: 961, dischargeEfficiencyPermille: 957 },
      },
    }),
  ],
);
const options: SimulationOptions = {
  ...{ neighbourhood, mechanism: "uniform", forecast: "persistence", seed: "1", workers: 1, trades: true },
};

describe("the full path", { timeout: 120_000 }, () => {
  let fast: SimulationResult;
  let full: FullPathRun;

  beforeAll(async () => {
    const { signal } = new AbortController();
    const logger = createLogger("error", true);
    [fast, full] = await Promise.all([simulate(options), runFullPath(options, logger, signal)]);
  }, 120_000);

  const broken = (changed: FullPathRun): readonly string[] =>
    fullPathChecks(fast, changed).flatMap(({ name, holds }) => (holds ? [] : [name]));

  test("comes to what the run on arrays comes to, with homes that fall short", () => {
    expect(full.result).toEqual(fast);
    expect(broken(full)).toEqual([]);
    const settledWh = fast.intervals.settledWh.reduce((a, b) => a + b);
    expect(settledWh).toBeGreaterThan(0);
    expect(settledWh).toBeLessThan(fast.intervals.tradedWh.reduce((a, b) => a + b));
    expect(full.gasUsed).toBeGreaterThan(0);
  });

  test("is told apart from a run with another trade, another nano or another account", () => {
    const { result, escrow } = full;
    const [trade, ...trades] = result.trades;
    if (trade === undefined) throw new Error("nothing was traded");
    const other = { ...result, trades: [{ ...trade, energyWh: trade.energyWh + 1 }, ...trades] };
    expect(broken({ ...full, result: other })).toEqual(["tradesDiffer"]);
    expect(broken({ ...full, result: { ...result, trades } })).toEqual(["tradesDiffer"]);
    const creditNano = result.homes.creditNano.map((nano, at) => (at === 0 ? nano + 1 : nano));
    const dearer = { ...result, homes: { ...result.homes, creditNano } };
    expect(broken({ ...full, result: dearer })).toContain("moneyDiffersNano");
    expect(broken({ ...full, result: { ...result, hash: "0x00" } })).toEqual(["sameResultHash"]);
    const rich = escrow.map((account, at) =>
      at === 0 ? { ...account, balanceNano: account.balanceNano + 1n } : account,
    );
    expect(broken({ ...full, escrow: rich })).toEqual(["escrowDiffersFromFastNano", "escrowDiffersNano"]);
    expect(broken({ ...full, batchesWrong: 1 })).toEqual(["batchesWrong"]);
    expect(broken({ ...full, audit: { ...full.audit, conserved: false } })).toEqual(["escrowConserved"]);
  });
});

test("stopped between two intervals it leaves nothing behind", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-stopped-"));
  vi.stubEnv("TMPDIR", folder);
  try {
    const controller = new AbortController();
    const stopping = { ...options, onProgress: () => controller.abort(new Error("Ctrl-C")) };
    const run = runFullPath(stopping, createLogger("error", true), controller.signal);
    await expect(run).rejects.toThrow("Ctrl-C");
    expect(await readdir(folder)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  }
});
