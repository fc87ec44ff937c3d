import { expect, test } from "vitest";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import type { Position } from "./decide.ts";
import { projectedStored } from "./projected-stored.ts";

const interval = deliveryInterval(intervalIndex(1), 15);
const position = (netSoldWh: number, netImportedWh: number): Position => ({
  interval,
  netSoldWh: wattHours(netSoldWh),
  netImportedWh: wattHours(netImportedWh),
});

test.each([
  ["a deficit empties it", 400, null, 4900],
  ["a surplus fills it", -400, null, 5100],
  ["energy sold but not delivered yet is gone", 0, position(300, -100), 4800],
  ["energy bought but not taken yet will be there", 0, position(-300, 100), 5200],
  ["it gives no more than down to the reserve", 0, position(9000, 0), 1000],
  ["it takes no more than it holds", -40_000, null, 10_000],
])("%s", (_name, houseW, held, expectedWh) => {
  const projection = {
    storedWh: wattHours(5000),
    capacityWh: wattHours(10_000),
    reserveWh: wattHours(1000),
    houseW,
    hoursLeft: 0.25,
    position: held,
  };
  expect(projectedStored(projection)).toBe(expectedWh);
});
