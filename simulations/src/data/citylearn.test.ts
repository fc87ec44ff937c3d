import { describe, expect, test } from "vitest";
import { folderWith, measuredData } from "../../test/data-files.ts";
import { neighbourhoodOf } from "./neighbourhood-of.ts";
import { readDataFolder } from "./read-data.ts";

const BUILDING_HEAD = "month,hour,day_type,non_shiftable_load,solar_generation";

/** A data set of two buildings and four hours, the first with PV of 4 kW and a battery. */
function cityLearn(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const battery = { attributes: { capacity: 6.4, efficiency: 0.81, nominal_power: 5 } };
  const shared = { carbon_intensity: "carbon_intensity.csv", pricing: "pricing.csv" };
  const schema = {
    seconds_per_time_step: 3600,
    buildings: {
      Building_2: {
        include: true,
        energy_simulation: "b2.csv",
        ...shared,
        electrical_storage: null,
        pv: null,
      },
      Building_1: {
        include: true,
        energy_simulation: "b1.csv",
        ...shared,
        electrical_storage: battery,
        pv: { attributes: { nominal_power: 4 } },
      },
      Building_3: { include: false, energy_simulation: "not-there.csv" },
    },
  };
  return folderWith({
    "schema.json": JSON.stringify(schema),
    "b1.csv": `${BUILDING_HEAD}\n7,24,7,0.5,0\n8,1,1,0.25,250\n8,2,1,1.5,500.5\n8,3,1,0.1,0\n`,
    "b2.csv": `${BUILDING_HEAD}\n7,24,7,1,0\n8,1,1,1,0\n8,2,1,1,0\n8,3,1,1,0\n`,
    "pricing.csv":
      "electricity_pricing,electricity_pricing_predicted_1\n0.22,0.2\n0.4,0.2\n0.22,0.2\n0.22,0.2\n",
    "carbon_intensity.csv": "carbon_intensity\n0.1\n0.2\n0.3\n0.4\n",
    ...changes,
  });
}

describe("a CityLearn folder", () => {
  test("becomes a neighbourhood in whole Wh", async () => {
    const data = await readDataFolder(await cityLearn());
    expect(data).toMatchObject({ startMs: Date.UTC(2016, 7, 1), stepMs: 3_600_000, steps: 4 });
    expect(data.report).toMatchObject({ format: "citylearn", findings: [] });
    const { batteries, ...neighbourhood } = neighbourhoodOf(data, { strategy: "truthful" });
    expect(neighbourhood).toMatchObject({
      siteIds: ["Building_1", "Building_2"],
      intervalMinutes: 60,
      intervals: 4,
    });
    expect([...neighbourhood.loadWh]).toEqual([500, 1000, 250, 1000, 1500, 1000, 100, 1000]);
    expect([...neighbourhood.pvWh]).toEqual([0, 0, 1000, 0, 2002, 0, 0, 0]);
    expect([...neighbourhood.retailPrice]).toEqual([220_000, 400_000, 220_000, 220_000]);
    expect([...neighbourhood.feedInPrice]).toEqual([50_000, 50_000, 50_000, 50_000]);
    expect([...(neighbourhood.carbonGPerKwh ?? [])]).toEqual([100, 200, 300, 400]);
    expect([...batteries.capacityWh]).toEqual([6400, 0]);
    // The square root of 0.81 each way.
    expect([batteries.chargeEfficiencyPermille[0], batteries.dischargeEfficiencyPermille[0]]).toEqual([
      900, 900,
    ]);
    expect([batteries.chargePowerMaxW[0], batteries.startStoredWh[0]]).toEqual([5000, 0]);
  });

  test("is cut to days and spread over shorter intervals", async () => {
    const data = await readDataFolder(await cityLearn());
    const { loadWh, retailPrice, intervals } = neighbourhoodOf(data, {
      strategy: "none",
      intervalMinutes: 15,
    });
    expect(intervals).toBe(16);
    expect([...loadWh].filter((_, i) => i % 2 === 0).slice(0, 8)).toEqual([
      125, 125, 125, 125, 63, 62, 63, 62,
    ]);
    expect([...retailPrice.slice(3, 6)]).toEqual([220_000, 400_000, 400_000]);
    expect(() => neighbourhoodOf(data, { strategy: "none", days: 1 })).toThrow(
      expect.objectContaining({ code: "IMPORT_OUT_OF_TIME" }),
    );
  });

  test("with a hole has it filled and reported", async () => {
    const holed = `${BUILDING_HEAD}\n7,24,7,0.5,0\n8,1,1,,250\n8,2,1,1.5,-500\n8,3,1,0.1,0\n`;
    const data = await readDataFolder(await cityLearn({ "b1.csv": holed }), {
      missing: "linear",
      negative: "zero",
    });
    expect([...(data.sites[0]?.loadWh ?? [])]).toEqual([500, 1000, 1500, 100]);
    expect(data.report.findings.map(({ first, ...finding }) => finding)).toEqual([
      { site: "Building_1", quantity: "load", problem: "missing", rule: "linear", count: 1 },
      { site: "Building_1", quantity: "pv", problem: "negative", rule: "zero", count: 1 },
    ]);
  });

  test.each([
    ["a missing file", { "b1.csv": `${BUILDING_HEAD}\n` }, /b1\.csv:1: there are no rows/, "IMPORT_BAD_FILE"],
    [
      "a word as a value",
      { "b1.csv": `${BUILDING_HEAD}\n7,24,7,0.5,0\n8,1,1,much,0\n` },
      /b1\.csv:3: "much" is no number/,
      "IMPORT_BAD_FILE",
    ],
    [
      "a short row",
      { "b1.csv": `${BUILDING_HEAD}\n7,24,7,0.5\n` },
      /b1\.csv:2: 4 cells where 5 columns are/,
      "IMPORT_BAD_FILE",
    ],
    [
      "a lost column",
      { "b1.csv": "month,hour,day_type,solar_generation\n8,1,1,0\n" },
      /there is no column "non_shiftable_load"; there are month, hour/,
      "IMPORT_BAD_FILE",
    ],
    ["no schema", { "schema.json": "{" }, /schema\.json: /, "IMPORT_BAD_FILE"],
    ["a schema of something else", { "schema.json": "{}" }, /schema\.json: .*buildings/, "IMPORT_BAD_FILE"],
    [
      "a price left out",
      { "pricing.csv": "electricity_pricing\n0.2\nNA\n" },
      /pricing\.csv:3: there is no electricity_pricing/,
      "IMPORT_BAD_FILE",
    ],
    [
      "a file that is not there",
      { "schema.json": '{"buildings":{"a":{"energy_simulation":"lost.csv"}}}' },
      /lost\.csv: there is no such file/,
      "IMPORT_FILE_UNREADABLE",
    ],
  ])("with %s is refused by file and line", async (_what, changes, told, code) => {
    const folder = await cityLearn(changes as Record<string, string>);
    const error = await readDataFolder(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(told);
  });

  const { path, skip } = measuredData("citylearn-2022");
  test.skipIf(skip)(`of 2022 is read whole: 17 homes, a year, nothing lost ${skip || ""}`, async () => {
    const data = await readDataFolder(path);
    expect(data).toMatchObject({ startMs: Date.UTC(2016, 7, 1), steps: 8760 });
    expect(data.report.findings).toEqual([]);
    const neighbourhood = neighbourhoodOf(data, { strategy: "truthful" });
    expect(neighbourhood.siteIds).toHaveLength(17);
    const energyOf = (column: Int32Array): number => column.reduce((sum, energyWh) => sum + energyWh, 0);
    const measuredWh = data.sites.reduce((sum, { loadWh }) => sum + loadWh.reduce((a, b) => a + b, 0), 0);
    expect(Math.abs(energyOf(neighbourhood.loadWh) - measuredWh)).toBeLessThanOrEqual(17 / 2);
    const quarters = neighbourhoodOf(data, { strategy: "truthful", intervalMinutes: 15 });
    expect(energyOf(quarters.loadWh)).toBe(energyOf(neighbourhood.loadWh));
    expect(energyOf(quarters.pvWh)).toBe(energyOf(neighbourhood.pvWh));
  });
});

describe("a folder", () => {
  test("of no known format is refused with the formats there are", async () => {
    const folder = await folderWith({ "readme.txt": "nothing" });
    await expect(readDataFolder(folder)).rejects.toMatchObject({ code: "IMPORT_FORMAT_UNKNOWN" });
    await expect(readDataFolder(folder)).rejects.toThrow(/citylearn \(schema\.json\), ieee-european-lv/);
  });

  test("that is not there is refused", async () => {
    await expect(readDataFolder("no/such/folder")).rejects.toMatchObject({ code: "IMPORT_FILE_UNREADABLE" });
  });
});
