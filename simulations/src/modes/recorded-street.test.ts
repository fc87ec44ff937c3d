import { epochMs, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { createNeighbourhood, type NeighbourhoodHome } from "../neighbourhood/create-neighbourhood.ts";
import { streetHash } from "../street/street-hash.ts";
import { recordedStreet } from "./recorded-street.ts";

const battery = {
  ...{ capacityWh: wattHours(5_000), storedMinWh: wattHours(500), storedMaxWh: wattHours(4_900) },
  ...{ chargePowerMaxW: watts(2_500), dischargePowerMaxW: watts(2_000), inverterPowerMaxW: 3_600 },
  ...{
    chargeEfficiencyPermille: 960,
    dischargeEfficiencyPermille: 950,
    startStoredWh: 1_234,
    reserveWh: 600,
  },
};

function home(id: string, change: Partial<NeighbourhoodHome>): NeighbourhoodHome {
  return {
    ...{ siteId: siteId(id), loadWh: [100, 250], pvWh: null, battery: null, strategy: "truthful" },
    ...{ importPowerMaxW: 11_000, exportPowerMaxW: 11_000, ...change },
  };
}

const neighbourhood = createNeighbourhood(
  {
    ...{ community: "lane", intervalMinutes: 15, startMs: epochMs(900_000), intervals: 2 },
    ...{ retailPrice: [300_000, 300_000], feedInPrice: [80_000, 80_000] },
  },
  [
    home("flat", {}),
    home("roof", { pvWh: [0, 750] }),
    home("house-1", { pvWh: [300, 0], battery }),
    home("house-2", { battery: { ...battery, inverterPowerMaxW: null } }),
  ],
);

test("homes have the hardware that they have in the neighbourhood, at the mean powers of each interval", () => {
  const { homes } = recordedStreet(neighbourhood, 1);
  expect(homes).toMatchObject([
    {
      ...{ id: "flat", kind: "consumer", protocol: "modbus", pv: null, battery: null },
      powers: { startMs: 900_000, stepMs: 900_000, loadW: [400, 1_000] },
    },
    {
      ...{ id: "house-1", kind: "hybrid", protocol: "modbus", battery, startStoredWh: 1_234 },
      pv: { peakW: 1_200, inverterPowerMaxW: 3_600 },
    },
    {
      ...{ id: "house-2", kind: "hybrid", protocol: "opcua", startStoredWh: 1_234 },
      pv: { peakW: 0, inverterPowerMaxW: 2_500 },
    },
    {
      ...{ id: "roof", kind: "hybrid", protocol: "modbus", battery: null, startStoredWh: 0 },
      ...{ pv: { peakW: 3_000, inverterPowerMaxW: 3_000 }, powers: { pvW: [0, 3_000] } },
    },
  ]);
});

test("crosses to other processes as it is, and another record is another street", () => {
  const street = recordedStreet(neighbourhood, 1);
  expect(JSON.parse(JSON.stringify(street))).toEqual(street);
  const darker = { ...neighbourhood, pvWh: new Int32Array(neighbourhood.pvWh.length) };
  expect(streetHash(recordedStreet(darker, 1))).not.toBe(streetHash(street));
});
