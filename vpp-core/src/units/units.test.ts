import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatKwh, wattHours } from "./energy.ts";
import { amountOf, formatMoney, moneyNano, sumMoney } from "./money.ts";
import { roundToWatts, watts } from "./power.ts";
import { formatPrice, priceMicroPerKwh } from "./price.ts";
import { divCeil, divFloor } from "./rounding.ts";

describe("units", () => {
  test.each([
    [1.4, 1],
    [1.5, 2],
    [-1.5, -2],
    [-0.4, 0],
  ])("%d W is rounded half away from zero to %d W", (value, expected) => {
    expect(Object.is(roundToWatts(value), expected)).toBe(true);
  });

  test.each([Number.NaN, 0.5, 2 ** 53, Number.POSITIVE_INFINITY])(
    "%d is no whole number of a unit",
    (value) => {
      expect(() => watts(value)).toThrow(/watts/);
      expect(() => wattHours(value)).toThrow(/watt-hours/);
      expect(() => priceMicroPerKwh(value)).toThrow(/price/);
    },
  );

  test("one kWh at 0.30 is exactly 0.30", () => {
    expect(amountOf(wattHours(1000), priceMicroPerKwh(300_000))).toBe(300_000_000n);
    expect(formatMoney(moneyNano(300_000_000n))).toBe("0.3000");
  });

  test("printing", () => {
    expect(formatKwh(wattHours(1234))).toBe("1.234");
    expect(formatPrice(priceMicroPerKwh(123_456))).toBe("0.1235");
    expect(formatMoney(moneyNano(-31_250_000n))).toBe("-0.0312");
    expect(formatMoney(moneyNano(-99_999n))).toBe("0.0000");
    expect(sumMoney([moneyNano(2n), moneyNano(-5n)])).toBe(-3n);
  });

  test("floor and ceiling enclose the quotient", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (a, b) => {
          const floor = divFloor(a, b);
          const ceil = divCeil(a, b);
          expect(floor * b <= a && a < (floor + 1n) * b).toBe(true);
          expect((ceil - 1n) * b < a && a <= ceil * b).toBe(true);
        },
      ),
    );
    expect(() => divFloor(1n, 0n)).toThrow(/positive/);
  });
});
