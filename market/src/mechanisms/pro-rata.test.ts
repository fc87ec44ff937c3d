import { type Hex, type WattHours, wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proRata } from "./pro-rata.ts";

const asking = (energies: readonly number[]): { id: Hex; energyWh: WattHours }[] =>
  energies.map((energy, i) => ({
    id: `0x${(i + 1).toString(16).padStart(2, "0")}`,
    energyWh: wattHours(energy),
  }));
const shares = (energies: readonly number[], energy: number): number[] =>
  proRata(asking(energies), wattHours(energy)).map((allocation) => allocation.energyWh);

describe("proRata", () => {
  it("shares in proportion, the odd watt-hours by largest remainder", () => {
    expect(shares([600, 300, 100], 500)).toEqual([300, 150, 50]);
    expect(shares([5, 3, 1], 4)).toEqual([2, 1, 1]);
  });

  it("gives equal remainders to the first", () => {
    expect(proRata(asking([1, 1, 1]), wattHours(2))).toEqual([
      { orderId: "0x01", energyWh: 1 },
      { orderId: "0x02", energyWh: 1 },
    ]);
  });

  it("stays exact where a product leaves the safe integers", () => {
    const half = 2 ** 51;
    expect(shares([half, half, half], 3 * half - 1)).toEqual([half, half, half - 1]);
  });

  it("uses up the energy and gives nobody more than was asked for", () => {
    const energies = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(energies, fc.double({ min: 0, max: 1, noNaN: true }), (asked, share) => {
        const sum = asked.reduce((a, b) => a + b, 0);
        const energy = Math.floor(sum * share);
        const orders = asking(asked);
        const byId = new Map(
          proRata(orders, wattHours(energy)).map((a) => [a.orderId, a.energyWh as number]),
        );
        expect([...byId.values()].reduce((a, b) => a + b, 0)).toBe(energy);
        for (const order of orders) {
          const exact = (energy * order.energyWh) / sum;
          const got = byId.get(order.id) ?? 0;
          expect(got).toBeLessThanOrEqual(order.energyWh);
          expect(Math.abs(got - exact)).toBeLessThan(1);
        }
      }),
    );
  });

  it("refuses to share out more than was asked for", () => {
    expect(() => shares([1, 2], 4)).toThrowError("more than was asked for");
  });
});
