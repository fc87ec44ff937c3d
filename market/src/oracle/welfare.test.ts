import { moneyNano, priceMicroPerKwh, siteId } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { book, units } from "../../test/books.ts";
import { midMarketRate } from "../mechanisms/mid-market-rate.ts";
import { tradeReduction } from "../mechanisms/trade-reduction.ts";
import { efficiencyOf, gainOf, resultsByTrader, welfareOf } from "./welfare.ts";

describe("welfare", () => {
  const orders = book(units(17, 14, 13, 9, 6), units(1, 4, 5, 8, 11));

  it("is a share of the best", () => {
    const outcome = tradeReduction().clear(orders, { seed: "" });
    expect(welfareOf(orders, outcome)).toBe(34n);
    expect(efficiencyOf(orders, outcome)).toBe(34 / 35);
    expect(efficiencyOf(book(units(1), units(2)), tradeReduction().clear([], { seed: "" }))).toBeNull();
  });

  it("is what all gain together, the operator included", () => {
    const tariff = { retailPrice: priceMicroPerKwh(17), feedInPrice: priceMicroPerKwh(1) };
    const outcome = midMarketRate().clear(orders, { seed: "", tariff });
    const gains = [...resultsByTrader(orders, outcome)].map(([trader, result]) =>
      gainOf(
        orders.filter((order) => order.trader === trader),
        result,
      ),
    );
    const total = gains.reduce<bigint>((sum, gain) => sum + (gain ?? 0n), outcome.operator);
    expect(total).toBe(welfareOf(orders, outcome));
  });

  it("counts what a buyer gets at the best of its values, and no more than it can use", () => {
    const truth = book(
      [
        [2, 10, "home"],
        [3, 7, "home"],
      ],
      [],
    );
    expect(gainOf(truth, { energyWh: 4, cash: moneyNano(20n) })).toBe(14n);
    expect(gainOf(truth, { energyWh: 9, cash: moneyNano(20n) })).toBe(21n);
  });

  it("knows no gain for who sold what they do not have", () => {
    const truth = book([], [[2, 10, siteId("home")]]);
    expect(gainOf(truth, { energyWh: 2, cash: moneyNano(30n) })).toBe(10n);
    expect(gainOf(truth, { energyWh: 3, cash: moneyNano(30n) })).toBeNull();
  });
});
