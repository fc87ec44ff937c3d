import fc from "fast-check";
import { expect, it } from "vitest";
import { placeAfter } from "./place-after.ts";

it("finds where the fills of an order or an account end", () => {
  const places = fc.record({ accountIndex: fc.nat(3), orderIndex: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(places, { maxLength: 12 }), fc.nat(4), fc.nat(4), (fills, account, order) => {
      fills.sort((a, b) => a.accountIndex - b.accountIndex || a.orderIndex - b.orderIndex);
      const isUpTo = (one: (typeof fills)[number]): boolean =>
        one.accountIndex < account || (one.accountIndex === account && one.orderIndex <= order);
      expect(placeAfter(fills, account, order)).toBe(fills.filter(isUpTo).length);
      expect(placeAfter(fills, account)).toBe(
        fills.filter(({ accountIndex }) => accountIndex <= account).length,
      );
    }),
  );
});
