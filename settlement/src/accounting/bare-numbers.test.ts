import { moneyNano, wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { energyLeftToRetailer, exportLeftWh } from "./site-statement.ts";
import { feeOf, feeOfNano } from "./trade-settlement.ts";

const energy = fc.nat({ max: 2 ** 40 });

test("a fee is the same in bare numbers, for any payment that is safe", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat({ max: 1_000_000 }), (paidNano, feePpm) => {
      expect(BigInt(feeOfNano(paidNano, feePpm))).toBe(feeOf(moneyNano(BigInt(paidNano)), feePpm));
    }),
  );
});

test("what is left to the retailer nets to the meter less what is settled, and only on the sides it must", () => {
  fc.assert(
    fc.property(
      energy,
      energy,
      fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      (importWh, exportWh, settledWh) => {
        const meter = { importWh: wattHours(importWh), exportWh: wattHours(exportWh) };
        const left = energyLeftToRetailer(meter, settledWh);
        expect(left.exportWh - left.importWh).toBe(exportWh - importWh - settledWh);
        expect(left.exportWh).toBe(exportLeftWh(importWh, exportWh, settledWh));
        expect(Math.min(left.importWh, left.exportWh)).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});
