import {
  type Hex,
  type OrderSide,
  priceMicroPerKwh,
  siteId,
  type Tariff,
  wattHours,
} from "@commonwatt/vpp-core";
import fc from "fast-check";
import { loadHighs } from "../src/linear-program/highs.ts";
import type { LinearSolver } from "../src/linear-program/linear-program.ts";
import type { BookOrder, ClearingContext } from "../src/mechanisms/mechanism.ts";
import type { RadialNetwork } from "../src/network/radial-network.ts";

/** How many random books a property is tried on; set it with the environment variable FC_RUNS. */
export const FC_RUNS: number = runsOf(process.env["FC_RUNS"] ?? "100");

function runsOf(text: string): number {
  const runs = Number(text);
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new Error(`FC_RUNS must be a number of runs, got ${text}`);
  return runs;
}

/** The solver of all random markets. */
export const SOLVER: LinearSolver = await loadHighs();

/** A random book and what else a mechanism looks at. */
export interface RandomMarket {
  readonly orders: readonly BookOrder[];
  readonly context: Required<ClearingContext>;
}

/** What random books look like. */
export interface BookShape {
  readonly tradersMax: number;
  readonly ordersPerTraderMax: number;
  /** All orders of one energy, or each of its own. */
  readonly energies: "equal" | "any";
  /** No two orders of one side with the same limit. */
  readonly distinctLimits?: boolean;
  /** Lines that lose a part of what they carry; without, they lose nothing. */
  readonly losses?: boolean;
}

type Draft = readonly [side: OrderSide, rows: readonly (readonly [energyWh: number, limitPrice: number])[]];

/** Few prices and small energies, so that ties and rationing are frequent; or of the size of real ones. */
const SCALES = [
  { priceMax: 12, energyMax: 8 },
  { priceMax: 400_000, energyMax: 5_000 },
] as const;

/** Random markets of a shape. */
export function randomMarkets(shape: BookShape): fc.Arbitrary<RandomMarket> {
  return fc.oneof(...SCALES.map(({ priceMax, energyMax }) => marketOf(shape, priceMax, energyMax)));
}

function marketOf(shape: BookShape, priceMax: number, energyMax: number): fc.Arbitrary<RandomMarket> {
  const price = fc.integer({ min: 0, max: priceMax });
  const row = fc.tuple(fc.integer({ min: 1, max: energyMax }), price);
  const rows = fc.array(row, { minLength: 1, maxLength: shape.ordersPerTraderMax });
  const trader = fc.tuple(fc.constantFrom<OrderSide>("bid", "offer"), rows);
  return fc
    .record({
      // Left alone, half of the books would have few trades or none.
      traders: fc.oneof(
        fc.array(trader, { maxLength: shape.tradersMax }),
        fc.array(trader, { minLength: Math.ceil(shape.tradersMax / 2), maxLength: shape.tradersMax }),
      ),
      unitWh: fc.integer({ min: 1, max: energyMax }),
      seed: fc.nat().map(String),
      tariff: tariffOf(price),
      network: networkOf(shape, priceMax, energyMax),
    })
    .map(({ traders: drafts, unitWh, seed, tariff, network }) => ({
      orders: ordersOf(drafts, shape, unitWh, network.zones),
      context: { seed, tariff, network, solver: SOLVER },
    }));
}

function tariffOf(price: fc.Arbitrary<number>): fc.Arbitrary<Tariff> {
  return fc.tuple(price, price).map(([one, other]) => ({
    feedInPrice: priceMicroPerKwh(Math.min(one, other)),
    retailPrice: priceMicroPerKwh(Math.max(one, other)),
  }));
}

/** One to five zones, each but the first on a line to one before it: a feeder, a star, or something between. */
function networkOf(shape: BookShape, priceMax: number, energyMax: number): fc.Arbitrary<RadialNetwork> {
  const line = fc.record({
    before: fc.nat({ max: 3 }),
    isTurned: fc.boolean(),
    capacityWh: fc.integer({ min: 0, max: 4 * energyMax }).map(wattHours),
    feePrice: fc.integer({ min: 0, max: Math.floor(priceMax / 4) }).map(priceMicroPerKwh),
    lossPpm: shape.losses === true ? fc.integer({ min: 0, max: 200_000 }) : fc.constant(0),
  });
  return fc.array(line, { maxLength: 4 }).map((lines) => ({
    zones: Array.from({ length: lines.length + 1 }, (_, i) => `zone-${i}`),
    lines: lines.map(({ before, isTurned, ...limits }, i) => {
      const [near, far] = [`zone-${Math.max(0, i - before)}`, `zone-${i + 1}`];
      return { id: `line-${i}`, from: isTurned ? far : near, to: isTurned ? near : far, ...limits };
    }),
  }));
}

function ordersOf(
  drafts: readonly Draft[],
  shape: BookShape,
  unitWh: number,
  zones: readonly string[],
): BookOrder[] {
  const taken = { bid: new Set<number>(), offer: new Set<number>() };
  const orders = drafts.flatMap(([side, rows], trader) =>
    rows.map(([energyWh, limitPrice], i) => ({
      // Ids that do not rise with the position, so that a tie broken by position would show.
      id: `0x${(((trader * 8 + i) * 7919) % 1009).toString(16).padStart(3, "0")}` as Hex,
      trader: siteId(`site-${trader}`),
      side,
      energyWh: wattHours(shape.energies === "equal" ? unitWh : energyWh),
      limitPrice: priceMicroPerKwh(limitPrice),
      zone: zones[trader % zones.length] ?? "",
    })),
  );
  if (shape.distinctLimits !== true) return orders;
  return orders.filter(({ side, limitPrice }) => {
    const isNew = !taken[side].has(limitPrice);
    taken[side].add(limitPrice);
    return isNew;
  });
}
