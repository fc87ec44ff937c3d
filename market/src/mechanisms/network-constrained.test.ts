import { type Hex, moneyNano, priceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { book, type Row } from "../../test/books.ts";
import { type BookShape, FC_RUNS, randomMarkets, SOLVER } from "../../test/random-books.ts";
import type { NetworkLine, RadialNetwork } from "../network/radial-network.ts";
import { networkOptimum } from "../oracle/network-optimum.ts";
import { optimumOf } from "../oracle/optimum.ts";
import { filledWh, welfareOf } from "../oracle/welfare.ts";
import type { BookOrder, MechanismOutcome } from "./mechanism.ts";
import { networkConstrained } from "./network-constrained.ts";
import { uniformPrice } from "./uniform-price.ts";

const line = (from: string, to: string, more: Partial<NetworkLine> = {}): NetworkLine => ({
  id: `${from}-${to}`,
  from,
  to,
  capacityWh: wattHours(1_000_000),
  feePrice: priceMicroPerKwh(0),
  lossPpm: 0,
  ...more,
});

/** Orders of one zone. */
function inZone(zone: string, bids: readonly Row[], offers: readonly Row[]): BookOrder[] {
  return book(bids, offers).map((order) => ({
    ...order,
    id: `${order.id}${Buffer.from(zone).toString("hex")}` as Hex,
    trader: `${zone}-${order.trader}` as BookOrder["trader"],
    zone,
  }));
}

function clear(orders: readonly BookOrder[], network: RadialNetwork): MechanismOutcome {
  return networkConstrained().clear(orders, { seed: "", network, solver: SOLVER });
}

const priceIn = ({ network }: MechanismOutcome, zone: string): number | undefined =>
  network?.zonePrices.find((entry) => entry.zone === zone)?.price;

const ANY: BookShape = { tradersMax: 12, ordersPerTraderMax: 3, energies: "any" };

describe("clearing within a network", () => {
  it("gives a full line's rent to the operator", () => {
    const orders = [...inZone("sunny", [], [[100, 10]]), ...inZone("town", [[100, 30]], [[100, 25]])];
    const network = {
      zones: ["sunny", "town"],
      lines: [line("sunny", "town", { capacityWh: wattHours(60), feePrice: priceMicroPerKwh(3) })],
    };
    const outcome = clear(orders, network);
    expect(outcome.network?.flows).toEqual([{ lineId: "sunny-town", from: "sunny", to: "town", sentWh: 60 }]);
    expect([priceIn(outcome, "sunny"), priceIn(outcome, "town")]).toEqual([10, 25]);
    expect(outcome).toMatchObject({ volumeWh: 100, grid: 180n, operator: 60n * 15n - 180n });
    expect(welfareOf(orders, outcome)).toBe(60n * 20n + 40n * 5n - 180n);
  });

  it("holds each direction of a line to what is free in it", () => {
    const lines = [line("a", "b", { capacityWh: wattHours(60), backCapacityWh: wattHours(20) })];
    const tradedFrom = (sunny: string, town: string): number => {
      const orders = [...inZone(sunny, [], [[100, 10]]), ...inZone(town, [[100, 30]], [])];
      return clear(orders, { zones: ["a", "b"], lines }).volumeWh;
    };
    expect([tradedFrom("a", "b"), tradedFrom("b", "a")]).toEqual([60, 20]);
  });

  it("pays sellers for what a line loses, out of what buyers pay more", () => {
    const orders = [...inZone("sunny", [], [[1_000, 10_000]]), ...inZone("town", [[900, 30_000]], [])];
    const network = { zones: ["sunny", "town"], lines: [line("sunny", "town", { lossPpm: 100_000 })] };
    const outcome = clear(orders, network);
    expect(outcome.volumeWh).toBe(900);
    expect(outcome.gridTrades.map(({ energyWh, gridPrice }) => [energyWh, gridPrice])).toEqual([[100, 0]]);
    expect(filledWh(outcome).get(orders[0]?.id ?? "")).toBe(1_000);
    // 900 Wh at the town's price pay for 1000 Wh at the price of where they come from.
    const [sunny, town] = [priceIn(outcome, "sunny") ?? 0, priceIn(outcome, "town") ?? 0];
    expect(Math.abs(town * 0.9 - sunny)).toBeLessThanOrEqual(1);
    expect(outcome.operator).toBe(900n * BigInt(town) - 1_000n * BigInt(sunny));
  });

  it("keeps a transformer's limit for all feeders together", () => {
    const feeder = (zone: string): BookOrder[] => inZone(zone, [], [[50, 5]]);
    const orders = [...feeder("a"), ...feeder("b"), ...inZone("village", [[200, 20]], [])];
    const network = {
      zones: ["a", "b", "station", "village"],
      lines: [
        line("a", "station"),
        line("station", "b"),
        line("station", "village", { capacityWh: wattHours(70) }),
      ],
    };
    const outcome = clear(orders, network);
    expect(outcome.volumeWh).toBe(70);
    expect(outcome.operator).toBe(70n * 15n);
  });

  describe("V12: the fee chain of gsy, .01, .02 and .01 per kWh, an offer of .10 and a bid of .30", () => {
    const fee = (from: string, to: string, price: number): NetworkLine =>
      line(from, to, { feePrice: priceMicroPerKwh(price) });
    const network = {
      zones: ["H1", "N1", "N2", "H2"],
      lines: [fee("H1", "N1", 10_000), fee("N1", "N2", 20_000), fee("N2", "H2", 10_000)],
    };

    // Pay-as-offer: N2 .11, Grid .13, N1 .14; pay-as-bid: revenue .26, N2 .27, Grid .29, N1 .30.
    it.each([
      ["its pay-as-offer prices where there is more on offer", 1_000, 2_000, [140, 130, 110, 100]],
      ["its pay-as-bid prices where more is wanted", 2_000, 1_000, [300, 290, 270, 260]],
    ])("gives %s", (_, wantedWh, offeredWh, expected) => {
      const orders = [
        ...inZone("H1", [[wantedWh, 300_000]], []),
        ...inZone("H2", [], [[offeredWh, 100_000]]),
      ];
      const outcome = clear(orders, network);
      expect(network.zones.map((zone) => priceIn(outcome, zone))).toEqual(
        expected.map((price) => price * 1000),
      );
      expect(outcome).toMatchObject({ volumeWh: 1_000, grid: 40_000_000n, operator: 0n });
    });
  });

  it("V13: two clusters with a fee of 1 gain 9, where simply's default rule gains 7", () => {
    const orders = [
      ...inZone("cluster-0", [[100, 10]], []),
      ...inZone(
        "cluster-1",
        [
          [100, 10],
          [100, 7],
        ],
        [
          [100, 6],
          [100, 4],
        ],
      ),
    ];
    const network = {
      zones: ["cluster-0", "cluster-1"],
      lines: [line("cluster-0", "cluster-1", { feePrice: priceMicroPerKwh(1) })],
    };
    const outcome = clear(orders, network);
    expect(welfareOf(orders, outcome)).toBe(900n);
    expect(outcome).toMatchObject({ volumeWh: 200, gridFees: 100n });
  });

  it("is the uniform price where there is one zone", { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(randomMarkets(ANY), ({ orders, context }) => {
        const together = orders.map((order) => ({ ...order, zone: "all" }));
        const network = { zones: ["all"], lines: [] };
        const outcome = networkConstrained().clear(together, { ...context, network });
        const { low, high } = uniformInterval(together);
        expect(welfareOf(together, outcome)).toBe(optimumOf(together).welfare);
        expect(networkOptimum(together, network, SOLVER)).toBe(Number(optimumOf(together).welfare));
        expect(outcome.operator).toBe(0n);
        if (outcome.clearingPrice === null) return;
        expect(outcome.clearingPrice).toBeGreaterThanOrEqual(low ?? 0);
        expect(outcome.clearingPrice).toBeLessThanOrEqual(high ?? Number.MAX_SAFE_INTEGER);
      }),
      { numRuns: FC_RUNS },
    );
  });

  it("keeps every limit, makes no energy, passes on each fee and books the rest to the operator, to the nano", {
    timeout: 3_600_000,
  }, () => {
    fc.assert(
      fc.property(randomMarkets({ ...ANY, losses: true }), ({ orders, context }) => {
        expectSoundNetwork(orders, context.network, networkConstrained().clear(orders, context));
      }),
      { numRuns: FC_RUNS },
    );
  });

  it("with losses stays within two Wh for each line and zone of the best, and so does the operator", {
    timeout: 3_600_000,
  }, () => {
    fc.assert(
      fc.property(randomMarkets({ ...ANY, losses: true }), ({ orders, context }) => {
        const outcome = networkConstrained().clear(orders, context);
        const best = networkOptimum(orders, context.network, SOLVER);
        const dearest = Math.max(0, ...orders.map(({ limitPrice }) => limitPrice));
        const places = context.network.zones.length + context.network.lines.length;
        const welfare = Number(welfareOf(orders, outcome));
        expect(welfare).toBeLessThanOrEqual(best + 1e-6 * Math.abs(best) + 1);
        expect(welfare).toBeGreaterThanOrEqual(best - 2 * places * dearest - 1);
        const sentWh = outcome.network?.flows.reduce((sum, flow) => sum + flow.sentWh, 0) ?? 0;
        expect(Number(outcome.operator)).toBeGreaterThanOrEqual(-2 * places * dearest - sentWh);
      }),
      { numRuns: FC_RUNS },
    );
  });
});

/** Every line, flow and price of an outcome, checked against the network with other words than the rule's. */
function expectSoundNetwork(
  orders: readonly BookOrder[],
  { lines, zones }: RadialNetwork,
  outcome: MechanismOutcome,
): void {
  const filled = filledWh(outcome);
  const net = new Map(zones.map((zone) => [zone, 0n]));
  const add = (zone: string, energyWh: bigint): void => void net.set(zone, (net.get(zone) ?? 0n) + energyWh);
  for (const { id, side, zone = "" } of orders) {
    add(zone, (side === "offer" ? 1n : -1n) * BigInt(filled.get(id) ?? 0));
  }
  let fees = 0n;
  for (const { lineId, from, to, sentWh } of outcome.network?.flows ?? []) {
    const { capacityWh, feePrice, lossPpm } = lines.find(({ id }) => id === lineId) ?? line("?", "?");
    expect(sentWh).toBeLessThanOrEqual(capacityWh);
    fees += BigInt(sentWh) * BigInt(feePrice);
    add(from, -BigInt(sentWh));
    add(to, (BigInt(sentWh) * BigInt(1_000_000 - lossPpm)) / 1_000_000n);
  }
  expect([...net.values()].every((left) => left === 0n)).toBe(true);
  expect([outcome.grid, outcome.gridFees]).toEqual([fees, fees]);

  // The operator has, to the nano, what zones that buy more pay and zones that sell more do not get.
  const priceOf = new Map(outcome.network?.zonePrices.map(({ zone, price }) => [zone, BigInt(price)]));
  let rent = -fees;
  for (const { id, side, zone = "" } of orders) {
    const amount = BigInt(filled.get(id) ?? 0) * (priceOf.get(zone) ?? 0n);
    rent += side === "bid" ? amount : -amount;
  }
  expect(outcome.operator).toBe(rent);
}

function uniformInterval(orders: readonly BookOrder[]): { low: number | null; high: number | null } {
  const [low, high] = [0, 1000].map((k) => uniformPrice(k).clear(orders, { seed: "" }).clearingPrice);
  return { low: low ?? null, high: high ?? null };
}

describe("a network that is none", () => {
  const home = inZone("a", [[1, 1]], []);
  it.each([
    ["a ring", ["a", "b"], [line("a", "b"), line("b", "a")], "closes a ring"],
    ["a line to nowhere", ["a"], [line("a", "b")], "no zone is called b"],
    ["a zone twice", ["a", "a"], [], "same name"],
    ["a line twice", ["a", "b", "c"], [line("a", "b"), { ...line("b", "c"), id: "a-b" }], "same id"],
    ["a limit below zero", ["a", "b"], [line("a", "b", { capacityWh: wattHours(-1) })], "capacity"],
    ["a line that loses all", ["a", "b"], [line("a", "b", { lossPpm: 1_000_000 })], "parts per million"],
    ["an order elsewhere", ["b"], [], "in no zone"],
  ])("is refused: %s", (_, zones, lines, message) => {
    expect(() => clear(home, { zones, lines })).toThrowError(message);
  });

  it("is refused when it is missing", () => {
    expect(() => networkConstrained().clear(home, { seed: "" })).toThrowError("needs network and solver");
  });
});

it("an amount of nothing is nothing", () => {
  expect(clear([], { zones: [], lines: [] })).toMatchObject({ volumeWh: 0, operator: moneyNano(0n) });
});
