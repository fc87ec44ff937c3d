import type { SiteId, Trade } from "@commonwatt/vpp-core";
import type { MeteredEnergy } from "./site-statement.ts";

/** A part of one, as an exact fraction: `0 ≤ numerator ≤ denominator`, `denominator > 0`. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Which part of a site's sales was delivered, and which part of its purchases was taken. */
export interface DeliveredParts {
  readonly sales: Fraction;
  readonly purchases: Fraction;
}

const WHOLE: Fraction = { numerator: 1n, denominator: 1n };

/**
 * The parts that count, per site. With the net position `n = sold − bought`: sales count with
 * `min(1, metered export / n)` when `n > 0`, purchases with `min(1, metered import / |n|)` when `n < 0`,
 * and in whole otherwise: what a site buys and sells on within an interval needs no meter.
 */
export function positionsOf(
  trades: readonly Trade[],
  metered: ReadonlyMap<SiteId, MeteredEnergy>,
): ReadonlyMap<SiteId, DeliveredParts> {
  const net = new Map<SiteId, number>();
  const add = (site: SiteId, energyWh: number): void => {
    net.set(site, (net.get(site) ?? 0) + energyWh);
  };
  for (const trade of trades) {
    add(trade.sellerId, trade.energyWh);
    add(trade.buyerId, -trade.energyWh);
  }
  const parts = new Map<SiteId, DeliveredParts>();
  for (const [site, energy] of metered) {
    const position = net.get(site) ?? 0;
    parts.set(site, {
      sales: position > 0 ? partOf(energy.exportWh, position) : WHOLE,
      purchases: position < 0 ? partOf(energy.importWh, -position) : WHOLE,
    });
  }
  return parts;
}

/** The whole watt-hours in a part of an energy, rounded down. */
export function floorPart(energyWh: number, part: Fraction): number {
  return Number((BigInt(energyWh) * part.numerator) / part.denominator);
}

function partOf(meteredWh: number, positionWh: number): Fraction {
  return { numerator: BigInt(Math.min(meteredWh, positionWh)), denominator: BigInt(positionWh) };
}
