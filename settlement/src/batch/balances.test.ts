import type { Account, Hex } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addToBalances, type BalanceChange, type Balances, NO_BALANCES } from "./balances.ts";

const seed: Hex = `0x${"5e".repeat(32)}`;

function changes(amounts: readonly (readonly [credit: bigint, debit: bigint])[]): BalanceChange[] {
  return amounts.map(([creditNano, debitNano], index) => ({
    ...{ creditNano, debitNano },
    account: `0x${index}` as Account,
  }));
}

describe("cumulative balances", () => {
  it("add exactly, and what is not credited is the fee", () => {
    const one = changes([
      [1_499n, 0n],
      [0n, 1_500n],
    ]);
    const first = addToBalances(NO_BALANCES, one, seed);
    expect(first).toMatchObject({ creditTotal: 1_499n, debitTotal: 1_500n, feeTotal: 1n });
    const second = addToBalances(first, one, seed);
    expect(second.accounts.map(({ credit, debit }) => [credit, debit])).toEqual([
      [2_998n, 0n],
      [0n, 3_000n],
    ]);
    expect(second.feeTotal).toBe(2n);
  });

  it("keep every account at its index, with a salt of its own", () => {
    const first = addToBalances(NO_BALANCES, changes([[0n, 0n]]), seed);
    expect(() => addToBalances(first, [], seed)).toThrow("never leaves");
    const other = [{ account: "0x9" as Account, creditNano: 0n, debitNano: 0n }];
    expect(() => addToBalances(first, other, seed)).toThrow("keeps its index");
    const two = addToBalances(first, [...changes([[0n, 0n]]), ...other], seed);
    expect(new Set(two.accounts.map(({ salt }) => salt)).size).toBe(2);
  });

  it("never fall and always add up, whatever is paid to whom", () => {
    const transfers = fc.array(
      fc.record({ from: fc.nat(4), to: fc.nat(4), amount: fc.bigInt({ min: 0n, max: 5_000n }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.array(transfers, { maxLength: 12 }), (intervals) => {
        let balances: Balances = NO_BALANCES;
        for (const interval of intervals) {
          const amounts = Array.from({ length: 5 }, (_, index): [bigint, bigint] => [
            interval.reduce((sum, one) => sum + (one.to === index ? one.amount : 0n), 0n),
            interval.reduce((sum, one) => sum + (one.from === index ? one.amount : 0n), 0n),
          ]);
          const next = addToBalances(balances, changes(amounts), seed);
          expect(next.creditTotal).toBe(next.debitTotal);
          expect(next.feeTotal).toBe(0n);
          next.accounts.forEach((account, index) => {
            const before = balances.accounts[index];
            expect(account.credit >= (before?.credit ?? 0n)).toBe(true);
            expect(account.debit >= (before?.debit ?? 0n)).toBe(true);
          });
          balances = next;
        }
      }),
    );
  });
});
