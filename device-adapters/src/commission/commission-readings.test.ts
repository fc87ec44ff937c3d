import {
  acceleratedClock,
  type DeviceConnector,
  deviceId,
  epochMs,
  good,
  type PointReadings,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { commissionOptions } from "../../test/commissioning-home.ts";
import { DistortedPlant, type Distortions } from "../../test/distorted-plant.ts";
import { MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";
import { testContext } from "../../test/test-context.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { type CommissionReport, commission } from "./commission.ts";
import { checksOnReadings } from "./judge-readings.ts";
import type { Sample } from "./step-data.ts";

type Values = Partial<Record<keyof PointReadings, number>>;

function samplesOf(...moments: readonly Values[]): readonly Sample[] {
  return moments.map((values, index) => {
    const atMs = epochMs(MIDNIGHT + 1_000 * index);
    const points = Object.entries(values).map(([name, value]) => [name, good(value as never, atMs)]);
    return { atMs, points: Object.fromEntries(points) as PointReadings };
  });
}

describe("readings of a home without a battery", () => {
  test.each([
    ["pvNotNegativeW", { pvPowerW: -3_000 }, false],
    ["pvNotNegativeW", { pvPowerW: 0 }, true],
    ["pvWithinRatingW", { pvPowerW: 50_000, inverterPowerMaxW: 8_000 }, false],
    ["pvWithinRatingW", { pvPowerW: 9_000, inverterPowerMaxW: 8_000 }, true],
    ["inverterPerPv", { pvPowerW: 3_000, inverterPowerW: -2_900 }, false],
    ["inverterPerPv", { pvPowerW: 3_000, inverterPowerW: 290 }, false],
    ["inverterPerPv", { pvPowerW: 3_000, inverterPowerW: 2_900 }, true],
    ["houseLoadW", { gridPowerW: -500, inverterPowerW: 0 }, false],
    ["houseLoadW", { gridPowerW: -2_500, inverterPowerW: 3_000 }, true],
  ] as const)("%s of %j", (name, values, holds) => {
    const checks = checksOnReadings(samplesOf(values), false);
    expect(checks.find((check) => check.name === name)?.holds).toBe(holds);
  });

  test("by night the sun gives nothing", () => {
    const [, night] = checksOnReadings(samplesOf({ pvPowerW: 450 }), true);
    expect(night).toMatchObject({ name: "pvAtNightW", value: 450, holds: false });
    expect(checksOnReadings(samplesOf({ pvPowerW: 450 }), false)).toHaveLength(1);
  });

  test("counters never fall, and the one of the other direction stands still", () => {
    const of = (...moments: Values[]) => checksOnReadings(samplesOf(...moments), false);
    expect(of({ gridImportWh: 10 }, { gridImportWh: 9 })).toMatchObject([
      { name: "counterFalls", holds: false },
    ]);
    const importing = { gridPowerW: 3_000, gridImportWh: 100 };
    const reversed = of({ ...importing, gridExportWh: 50 }, { ...importing, gridExportWh: 75 });
    expect(reversed.at(-1)).toMatchObject({ name: "exportedWhileImportingWh", value: 25, holds: false });
    const right = of(
      { ...importing, gridExportWh: 50 },
      { ...importing, gridImportWh: 125, gridExportWh: 50 },
    );
    expect(right.every(({ holds }) => holds)).toBe(true);
  });

  test("what is not reported is not checked", () => {
    expect(checksOnReadings(samplesOf({ inverterPowerMaxW: 8_000 }), true)).toEqual([]);
  });
});

const identity = { manufacturer: "Bench", model: "Roof", serialNumber: "R-1", firmware: "1" };
const NOON = epochMs(MIDNIGHT + 12 * 3_600_000);

/** Watches a roof without a battery and its meter at noon, through real sockets, for 60 s of its time. */
async function watchRoof(distortions: Distortions, only?: "meter"): Promise<CommissionReport> {
  const clock = acceleratedClock({ anchorMs: NOON, wallAnchorMs: systemClock.now(), speed: 40 });
  const ratings = {
    ...RATINGS,
    batteryCapacityWh: wattHours(0),
    chargePowerMaxW: watts(0),
    dischargePowerMaxW: watts(0),
  };
  const plant = new BenchPlant({ startMs: NOON, ratings });
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock,
    units: [
      { unit: 1, plant: new DistortedPlant(plant, "inverter", distortions), kind: "hybrid", identity },
      { unit: 200, plant: new DistortedPlant(plant, "meter", distortions), kind: "meter", identity },
    ],
  });
  try {
    const at = (unit: number): DeviceConnector =>
      modbus({ id: deviceId(`home/${unit}`), host: "127.0.0.1", port: emulator.port, unit });
    const home = only === "meter" ? { device: at(200), beside: [] } : { device: at(1), beside: [at(200)] };
    const neverAsked = (): Promise<void> => Promise.reject(new Error("nothing is moved here"));
    return await commission(home, commissionOptions(testContext(clock), { consent: neverAsked }));
  } finally {
    await emulator.close();
  }
}

test("a roof and its meter are watched, without a question and without a command", async () => {
  const report = await watchRoof({});
  expect(report).toMatchObject({
    kind: "readings",
    seconds: 60,
    verdicts: [],
    isNeutral: null,
    stopped: null,
  });
  expect(report.checks.map(({ name }) => name)).toEqual([
    "pvNotNegativeW",
    "pvWithinRatingW",
    "inverterPerPv",
    "houseLoadW",
    "counterFalls",
    "importedWhileExportingWh",
  ]);
  expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
});

test("an inverter that is reversed, and a meter that is, do not pass", async () => {
  const failing = async (distortions: Distortions): Promise<readonly string[]> =>
    (await watchRoof(distortions)).checks.filter(({ holds }) => !holds).map(({ name }) => name);
  expect(await failing({ inverter: (powerW) => -powerW })).toContain("inverterPerPv");
  expect(await failing({ meter: (powerW) => -powerW })).toContain("exportedWhileImportingWh");
});

test("a meter alone is checked by its counters", async () => {
  const report = await watchRoof({}, "meter");
  expect(report.checks.map(({ name }) => name)).toEqual(["counterFalls", "importedWhileExportingWh"]);
});
