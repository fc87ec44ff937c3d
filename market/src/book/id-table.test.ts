import fc from "fast-check";
import { expect, test } from "vitest";
import { IdHash } from "./id-hash.ts";
import { IdTable } from "./id-table.ts";

test("a table finds what is in it and nothing else, through any adding and removing", () => {
  const slotMax = 12;
  const step = fc.record({ slot: fc.integer({ min: 1, max: slotMax }), id: fc.nat({ max: 40 }) });
  const hash = new IdHash(7);
  // With hashes of few values, ids crowd into each other's places and across the table's end.
  const crowd = fc.constantFrom(1, 3, 2 ** 32);
  fc.assert(
    fc.property(fc.array(step, { size: "max", maxLength: 200 }), crowd, (steps, hashes) => {
      const hashOf = (id: string): number => (((hash.of(id) >>> 0) % hashes) - 1) | 0;
      const table = new IdTable(slotMax);
      const expected = new Map<string, number>();
      const idOfSlot = new Map<number, string>();
      for (const { slot, id: number } of steps) {
        const id = `order ${number}`;
        const held = idOfSlot.get(slot);
        if (held !== undefined) {
          table.remove(slot);
          idOfSlot.delete(slot);
          expected.delete(held);
        } else if (!expected.has(id)) {
          table.add(slot, id, hashOf(id));
          expected.set(id, slot);
          idOfSlot.set(slot, id);
          expect(table.idOf(slot)).toBe(id);
        }
        for (let other = 0; other <= 40; other++) {
          const name = `order ${other}`;
          expect(table.find(name, hashOf(name))).toBe(expected.get(name) ?? 0);
        }
      }
    }),
  );
});

test("a full table still answers", () => {
  const table = new IdTable(3);
  for (const slot of [1, 2, 3]) table.add(slot, `${slot}`, 7);
  expect(table.find("4", 7)).toBe(0);
  expect(table.find("3", 7)).toBe(3);
});

test("a table that grows keeps all that is in it", () => {
  const hash = new IdHash(2);
  const table = new IdTable(5_000);
  const idOf = (slot: number): string => `order ${slot}`;
  for (let slot = 1; slot <= 5_000; slot++) {
    table.add(slot, idOf(slot), hash.of(idOf(slot)));
    if (slot % 3 === 0) table.remove(slot - 1);
  }
  for (let slot = 1; slot <= 5_000; slot++)
    expect(table.find(idOf(slot), hash.of(idOf(slot)))).toBe(slot % 3 === 2 && slot < 5_000 ? 0 : slot);
});
