import { epochMs, watts } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { createHomePlant } from "../models/home-plant.ts";
import { householdLoad } from "../models/household-load.ts";
import { buildStreet } from "./build-street.ts";
import type { Street } from "./street.ts";
import { streetHash } from "./street-hash.ts";

function counts(street: Street): [hybridModbus: number, hybridOpcua: number, consumers: number] {
  const count = (kind: string, protocol: string): number =>
    street.homes.filter((home) => home.kind === kind && home.protocol === protocol).length;
  return [count("hybrid", "modbus"), count("hybrid", "opcua"), count("consumer", "modbus")];
}

describe("street", () => {
  test.each([
    [1, [1, 0, 0]],
    [2, [1, 0, 1]],
    [5, [3, 1, 1]],
    [12, [8, 2, 2]],
    [13, [9, 2, 2]],
    [50, [33, 8, 9]],
    [200, [133, 33, 34]],
  ])("of %d homes has the sorts %j", (homes, expected) => {
    const street = buildStreet({ homes, seed: 3 });
    expect(counts(street)).toEqual(expected);
    expect(street.homes.map((home) => home.id)).toEqual(
      Array.from({ length: homes }, (_, index) => `home-${index + 1}`),
    );
  });

  test.each([0, -1, 201, 1.5, Number.NaN])("of %d homes cannot be", (homes) => {
    expect(() => buildStreet({ homes, seed: 1 })).toThrow(/1 to 200 homes/);
  });

  test("every home is possible and no two are alike", () => {
    const street = buildStreet({ homes: 200, seed: 5 });
    for (const home of street.homes) {
      if (home.kind === "consumer") {
        expect([home.pv, home.battery, home.startStoredWh]).toEqual([null, null, 0]);
        continue;
      }
      const { pv, battery } = home;
      if (pv === null || battery === null) throw new Error(`${home.id} lacks hardware`);
      expect(pv.peakW).toBeGreaterThanOrEqual(3_000);
      expect(pv.peakW).toBeLessThanOrEqual(10_000);
      expect(battery.capacityWh).toBeGreaterThanOrEqual(5_000);
      expect(battery.capacityWh).toBeLessThanOrEqual(13_000);
      expect(battery.dischargePowerMaxW).toBeLessThanOrEqual(pv.inverterPowerMaxW);
      expect(home.startStoredWh).toBeGreaterThan(battery.storedMinWh);
      expect(home.startStoredWh).toBeLessThan(battery.storedMaxWh);
    }
    expect(new Set(street.homes.map((home) => JSON.stringify({ ...home, id: "" }))).size).toBe(200);
  });

  test("every home takes 4 to 20 kWh a day", () => {
    for (const home of buildStreet({ homes: 60, seed: 6 }).homes) {
      const loadW = householdLoad(home.load);
      let energyWh = 0;
      for (let minute = 0; minute < 1440; minute++) {
        energyWh += loadW(epochMs(Date.UTC(2026, 5, 21) + minute * 60_000)) / 60;
      }
      expect(energyWh, home.id).toBeGreaterThan(4_000);
      expect(energyWh, home.id).toBeLessThan(20_000);
    }
  });

  test("survives JSON, as it crosses to other processes", () => {
    const street = buildStreet({ homes: 12, seed: 9 });
    expect(JSON.parse(JSON.stringify(street))).toEqual(street);
  });

  test("the same seed gives the same hash, another seed or size another", () => {
    const hash = streetHash(buildStreet({ homes: 12, seed: 7 }));
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(streetHash(buildStreet({ homes: 12, seed: 7 }))).toBe(hash);
    expect(streetHash(JSON.parse(JSON.stringify(buildStreet({ homes: 12, seed: 7 }))))).toBe(hash);
    expect(streetHash(buildStreet({ homes: 12, seed: 8 }))).not.toBe(hash);
    expect(streetHash(buildStreet({ homes: 13, seed: 7 }))).not.toBe(hash);
    const day = epochMs(Date.UTC(2026, 0, 1));
    expect(streetHash(buildStreet({ homes: 12, seed: 7 }), day)).not.toBe(hash);
  });

  test("in every quarter of a sunny day somebody can sell and somebody must buy", () => {
    for (const seed of [1, 7, 42]) {
      const street = buildStreet({ homes: 12, seed });
      const start = Date.UTC(2026, 5, 21, 8);
      const plants = street.homes.map((home) => createHomePlant(home, epochMs(start)));
      for (let quarter = 0; quarter < 32; quarter++) {
        const states = plants.map((plant) => {
          plant.advanceTo(epochMs(start + quarter * 900_000));
          return plant.state();
        });
        const surplusW = states.reduce((sum, home) => sum + Math.max(0, home.pvPowerW - home.loadPowerW), 0);
        const deficitW = states.reduce((sum, home) => sum + Math.max(0, home.gridPowerW), 0);
        expect(surplusW, `surplus at quarter ${quarter} of seed ${seed}`).toBeGreaterThan(watts(500));
        expect(deficitW, `deficit at quarter ${quarter} of seed ${seed}`).toBeGreaterThan(watts(100));
      }
    }
  });
});
