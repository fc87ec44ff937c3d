import type { Account } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addToBalances, type BalanceChange, type Balances, NO_BALANCES } from "./balances.ts";

function changes(amounts: readonly (readonly [credit: bigint, debit: bigint])[]): BalanceChange[] {
  return amounts.map(([creditNano, debitNano], index) => ({
    ...{ index, creditNano, debitNano, salt: "0x00" as const },
    account: `0x${index}` as Account,
  }));
}

describe("cumulative balances", () => {
  it("round debits up and credits down, and book the difference as the fee", () => {
    const first = addToBalances(
      NO_BALANCES,
      changes([
        [1_500n, 0n],
        [0n, 1_500n],
      ]),
    );
    expect(first).toMatchObject({ creditTotal: 1n, debitTotal: 2n, feeTotal: 1n });
    // The exact amounts are carried, so the halves come together.
    const second = addToBalances(
      first,
      changes([
        [1_500n, 0n],
        [0n, 1_500n],
      ]),
    );
    expect(second.accounts.map(({ credit, debit }) => [credit, debit])).toEqual([
      [2n, 0n],
      [0n, 3n],
    ]);
    expect(second).toMatchObject({ creditTotal: 2n, debitTotal: 3n, feeTotal: 1n });
  });

  it("let a credit wait rather than let the fee fall", () => {
    const first = addToBalances(
      NO_BALANCES,
      changes([
        [1_900n, 0n],
        [0n, 900n],
        [0n, 1_000n],
      ]),
    );
    expect(first).toMatchObject({ creditTotal: 1n, debitTotal: 2n, feeTotal: 1n });
    const second = addToBalances(
      first,
      changes([
        [100n, 0n],
        [0n, 100n],
        [0n, 0n],
      ]),
    );
    expect(second.accounts[0]).toMatchObject({ credit: 1n, creditNano: 2_000n });
    expect(second.feeTotal).toBe(1n);
    const third = addToBalances(
      second,
      changes([
        [500n, 0n],
        [0n, 500n],
        [0n, 0n],
      ]),
    );
    expect(third.accounts[0]?.credit).toBe(2n);
  });

  it("never fall, never leave anybody behind by more than the dust, and always add up", () => {
    const transfers = fc.array(
      fc.record({
        from: fc.nat(4),
        to: fc.nat(4),
        amount: fc.bigInt({ min: 0n, max: 5_000n }),
      }),
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
          const next = addToBalances(balances, changes(amounts));
          expect(next.creditTotal + next.feeTotal).toBe(next.debitTotal);
          expect(next.feeTotal >= balances.feeTotal && next.feeTotal <= 10n).toBe(true);
          next.accounts.forEach((account, index) => {
            const before = balances.accounts[index];
            expect(account.credit >= (before?.credit ?? 0n)).toBe(true);
            expect(account.debit >= (before?.debit ?? 0n)).toBe(true);
            expect(account.credit * 1_000n <= account.creditNano).toBe(true);
            expect(account.debit * 1_000n >= account.debitNano).toBe(true);
          });
          expect(next.accounts.reduce((sum, one) => sum + one.credit, 0n)).toBe(next.creditTotal);
          balances = next;
        }
      }),
    );
  });
});
