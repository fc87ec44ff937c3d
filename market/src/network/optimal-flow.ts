import assert from "node:assert/strict";
import type { Column, LinearSolver } from "../linear-program/linear-program.ts";
import type { BookOrder } from "../mechanisms/mechanism.ts";
import { type PriceLevel, priceLevels } from "../mechanisms/price-level.ts";
import { capacityFrom, checkNetwork, type NetworkLine, type RadialNetwork } from "./radial-network.ts";

/** What a zone would trade, and what energy is worth in it. */
export interface ZoneFlow {
  readonly zone: string;
  readonly demand: readonly PriceLevel[];
  readonly supply: readonly PriceLevel[];
  readonly boughtWh: number;
  readonly soldWh: number;
  /** What one more kWh in the zone would be worth, in micro: the dual of its balance. */
  readonly price: number;
}

/** What enters a line at one end and leaves it at the other. */
export interface LineFlow {
  readonly line: NetworkLine;
  readonly from: string;
  readonly to: string;
  readonly sentWh: number;
}

/** The best trades that a network allows, in fractions as the linear program has them. */
export interface OptimalFlow {
  /** What buyers value, less what sellers ask and what the grid charges, in nano. */
  readonly welfare: number;
  readonly zones: readonly ZoneFlow[];
  /** Lines through which something flows, each in the direction in which it does. */
  readonly flows: readonly LineFlow[];
}

/**
 * Solves `max Σ bid·x − Σ offer·y − Σ fee·f` over filled energies x and y and flows f, such that in every zone
 * what is sold and arrives is what is bought and sent on, no order is filled beyond its energy and no line
 * beyond its capacity. Orders of one limit in one zone are one variable.
 */
export function optimalFlow(
  orders: readonly BookOrder[],
  network: RadialNetwork,
  solver: LinearSolver,
): OptimalFlow {
  checkNetwork(network);
  const zones = levelsByZone(orders, network.zones);
  const rowOf = new Map(network.zones.map((zone, row) => [zone, row]));
  const trading = zones.flatMap(({ demand, supply }, row) => [
    ...demand.map(({ price, energyWh }): Column => ({ worth: price, max: energyWh, entries: [[row, -1]] })),
    ...supply.map(({ price, energyWh }): Column => ({ worth: -price, max: energyWh, entries: [[row, 1]] })),
  ]);
  const directions = network.lines.flatMap((line) => [
    { line, from: line.from, to: line.to },
    { line, from: line.to, to: line.from },
  ]);
  const flowing = directions.map(({ line, from, to }): Column => {
    const [sender, receiver] = [rowOf.get(from), rowOf.get(to)];
    assert(sender !== undefined && receiver !== undefined, "a line lies between zones");
    return {
      worth: -line.feePrice,
      max: capacityFrom(line, from),
      entries: [
        [sender, -1],
        [receiver, 1 - line.lossPpm / 1e6],
      ],
    };
  });
  const { objective, values, rowDuals } = solver.solve({
    rowCount: network.zones.length,
    columns: [...trading, ...flowing],
  });
  let at = 0;
  const take = (levels: readonly PriceLevel[]): number => {
    const taken = values.slice(at, at + levels.length).reduce((sum, value) => sum + value, 0);
    at += levels.length;
    return taken;
  };
  return {
    welfare: objective,
    // One more in a zone for free adds its price: the row then needs one less from offers.
    zones: zones.map((zone, row) => ({
      ...zone,
      boughtWh: take(zone.demand),
      soldWh: take(zone.supply),
      price: -(rowDuals[row] ?? 0),
    })),
    flows: directions
      .map((direction, i) => {
        const opposite = i % 2 === 0 ? i + 1 : i - 1;
        const sent = (values[trading.length + i] ?? 0) - (values[trading.length + opposite] ?? 0);
        return { ...direction, sentWh: sent };
      })
      .filter(({ sentWh }) => sentWh > 0),
  };
}

function levelsByZone(
  orders: readonly BookOrder[],
  zones: readonly string[],
): readonly Pick<ZoneFlow, "zone" | "demand" | "supply">[] {
  const byZone = Map.groupBy(orders, ({ zone }) => zone);
  for (const zone of byZone.keys()) {
    assert(zone !== undefined && zones.includes(zone), `an order is in no zone of the network: ${zone}`);
  }
  return zones.map((zone) => ({
    zone,
    demand: priceLevels(byZone.get(zone) ?? [], "bid"),
    supply: priceLevels(byZone.get(zone) ?? [], "offer"),
  }));
}
