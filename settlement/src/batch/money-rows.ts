import type { Account } from "@commonwatt/vpp-core";
import { amountText } from "./amount-text.ts";
import type { BalanceLeaf } from "./balance-tree.ts";
import type { FillLeaf } from "./fill-leaf.ts";

/** A fill as a row of its fields, in the order in which `FillLeaf` has them, amounts as decimal texts. */
export type FillRow = readonly [
  twin: number,
  accountIndex: number,
  orderIndex: number,
  isSeller: boolean,
  phase: number,
  energyWh: number,
  price: number,
  settledWh: number,
  paidNano: string,
  sellerMakeWholeNano: string,
  buyerMakeWholeNano: string,
  feeNano: string,
  orderFilledWh: number,
  soldWh: number,
  boughtWh: number,
  creditNano: string,
  debitNano: string,
];

/** Where in a {@link FillRow} the trade stands that is behind it. */
export const FILL = { twin: 0, orderIndex: 2, isSeller: 3, phase: 4, energyWh: 5, price: 6 } as const;

/** An account's cumulative amounts after the batch, in nano, as decimal texts. */
export type BalanceRow = readonly [index: number, account: Account, credit: string, debit: string];

/** A fill as a row of the archive. */
export function fillToRow(fill: FillLeaf): FillRow {
  // In one piece: lists put together from lists take ten times as long, and there are two of these for every trade.
  // biome-ignore format: a line for each kind of field.
  return [
    fill.twin, fill.accountIndex, fill.orderIndex, fill.isSeller, fill.phase,
    fill.energyWh, fill.price, fill.settledWh,
    amountText(fill.paidNano), amountText(fill.sellerMakeWholeNano), amountText(fill.buyerMakeWholeNano),
    amountText(fill.feeNano), fill.orderFilledWh, fill.soldWh, fill.boughtWh,
    amountText(fill.creditNano), amountText(fill.debitNano),
  ];
}

/** A row of the archive as a fill. Throws for a row that is none. */
export function fillFromRow(row: FillRow): FillLeaf {
  const [twin, accountIndex, orderIndex, isSeller, phase, energyWh, price, settledWh, ...money] = row;
  const [paid, sellerMakeWhole, buyerMakeWhole, fee, orderFilledWh, soldWh, boughtWh, credit, debit] = money;
  return {
    ...{ twin, accountIndex, orderIndex, isSeller, phase, energyWh, price, settledWh },
    ...{ paidNano: BigInt(paid), feeNano: BigInt(fee) },
    ...{ sellerMakeWholeNano: BigInt(sellerMakeWhole), buyerMakeWholeNano: BigInt(buyerMakeWhole) },
    ...{ orderFilledWh, soldWh, boughtWh, creditNano: BigInt(credit), debitNano: BigInt(debit) },
  };
}

/** A balance as a row of the archive. */
export function balanceToRow({ index, account, credit, debit }: BalanceLeaf): BalanceRow {
  return [index, account, amountText(credit), amountText(debit)];
}
