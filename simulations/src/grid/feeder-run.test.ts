import { readFileSync } from "node:fs";
import { join } from "node:path";
import { siteId } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { folderWith, measuredData } from "../../test/data-files.ts";
import { connectHomes } from "./connect-homes.ts";
import { runFeeder } from "./feeder-run.ts";
import { readOpendssFeeder } from "./read-opendss-feeder.ts";

const SMALL = {
  "LineCode.txt":
    "New LineCode.main nphases=3 R1=0.4 X1=0.08 R0=1.5 X0=0.1 C1=0 C0=0 Units=km\n" +
    "New LineCode.thin nphases=3 R1=1.2 X1=0.09 R0=1.3 X0=0.09 C1=0 C0=0 Units=km\n",
  "Lines.txt":
    "New Line.L1 Bus1=1 Bus2=2 phases=3 Linecode=main Length=200 Units=m\n" +
    "New Line.L2 Bus1=2 Bus2=3 phases=3 Linecode=thin Length=30 Units=m\n" +
    "New Line.L3 Bus1=2 Bus2=4 phases=3 Linecode=main Length=0.1 Units=km\n",
  "Transformers.txt":
    "New Transformer.TR1 Buses=[Grid 1] Conns=[Delta Wye] kVs=[11 0.4] kVAs=[100 100] XHL=4\n",
  "Loads.txt":
    "New Load.A Phases=1 Bus1=3.1 kV=0.23 kW=1 PF=0.95\nNew Load.B Phases=1 Bus1=4.2 kV=0.23 kW=1 PF=1\n",
};

describe("runFeeder", () => {
  it("finds the voltages of a feeder that an OpenDSS folder describes", async () => {
    const feeder = await readOpendssFeeder(await folderWith(SMALL));
    const connections = connectHomes(feeder, [siteId("A"), siteId("B")]);
    const metered = { intervalMinutes: 15, intervals: 3, connections };
    // The homes take 4 and 1 kW; then the second feeds 8 kW in, and then 12 kW.
    const result = runFeeder(feeder, {
      ...metered,
      importWh: [1_000, 250, 1_000, 0, 1_000, 0],
      exportWh: [0, 0, 0, 2_000, 0, 3_000],
    });
    expect(result.buses).toEqual(["Grid", "1", "2", "3", "4"]);
    expect(result.residual).toBeLessThan(1e-9);
    expect(result.lowestV[0]).toBeLessThan(result.highestV[0] as number);
    expect(result.highestV[1]).toBeGreaterThan(result.highestV[0] as number);
    expect(result.lossesWh.every((lossWh) => lossWh > 0)).toBe(true);
    // 1.05 of 230.9 V are 242.5 V; beyond 253 V a home is outside the band.
    expect([...result.highestV]).toEqual([241.8, 250.3, 253.9].map((volts) => expect.closeTo(volts, 1)));
    expect([...result.outside]).toEqual([0, 0, 1]);
    expect(result.loading?.[0]).toBeCloseTo(0.052, 2);
  });

  it.each([
    [
      "a capacitance",
      { "LineCode.txt": SMALL["LineCode.txt"].replace("C1=0", "C1=5") },
      /LineCode\.txt:1: .*capacitance/,
    ],
    [
      "an unknown line code",
      { "Lines.txt": SMALL["Lines.txt"].replace("=thin", "=thick") },
      /Lines\.txt:2: .*thick/,
    ],
    [
      "another unit",
      { "Lines.txt": SMALL["Lines.txt"].replace("Units=m", "Units=ft") },
      /Lines\.txt:1: .*"ft"/,
    ],
    [
      "a load on two phases",
      { "Loads.txt": SMALL["Loads.txt"].replace("3.1", "3.1.2") },
      /Loads\.txt:1: .*one phase/,
    ],
    [
      "a power factor of 0",
      { "Loads.txt": SMALL["Loads.txt"].replace("PF=1", "PF=0") },
      /Loads\.txt:2: .*pf/,
    ],
    ["no transformer", { "Transformers.txt": "" }, /one transformer/],
  ] as const)("names file and line of %s", async (_, change, message) => {
    const folder = await folderWith({ ...SMALL, ...change });
    await expect(readOpendssFeeder(folder)).rejects.toMatchObject({
      code: "IMPORT_BAD_FILE",
      message: expect.stringMatching(message),
    });
  });

  const { path, skip } = measuredData("ieee-european-lv");
  it.skipIf(skip)(
    `solves every minute of a day of the IEEE European feeder${skip ? `: ${skip}` : ""}`,
    async () => {
      const feeder = await readOpendssFeeder(path);
      expect([feeder.buses.length, feeder.connections.length]).toEqual([907, 55]);
      const profiles = feeder.connections.map((_, i) =>
        readFileSync(join(path, "Daily_1min_100profiles", `load_profile_${i + 1}.txt`), "utf8")
          .trim()
          .split(/\s+/),
      );
      const importWh = Float64Array.from({ length: 1_440 * 55 }, (_, i) => {
        return (Number(profiles[i % 55]?.[Math.floor(i / 55)]) * 1_000) / 60;
      });
      const names = feeder.connections.map(({ name }) => siteId(name));
      const result = runFeeder(feeder, {
        intervalMinutes: 1,
        intervals: 1_440,
        importWh,
        exportWh: new Float64Array(importWh.length),
        connections: connectHomes(feeder, names),
      });
      expect(result.residual).toBeLessThan(1e-6);
      // Where one phase is loaded alone, the others rise above the source: the phases are coupled.
      expect(Math.max(...result.busHighestV)).toBeLessThan(feeder.sourceVoltageV + 5);
      expect(Math.min(...result.busLowestV)).toBeGreaterThan(230);
      expect(result.outside.length).toBe(1_440);
    },
  );
});

describe("connectHomes", () => {
  it("spreads homes with other names from the transformer to the ends", async () => {
    const feeder = await readOpendssFeeder(await folderWith(SMALL));
    expect([...connectHomes(feeder, ["x", "y", "z", "w"].map(siteId))]).toEqual([0, 1, 0, 1]);
    expect([...connectHomes(feeder, [siteId("x")])]).toEqual([0]);
  });
});
