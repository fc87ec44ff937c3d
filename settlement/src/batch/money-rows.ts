import type { Account } from "@commonwatt/vpp-core";
import { amountText } from "./amount-text.ts";
import type { BalanceLeaf } from "./balance-tree.ts";
import type { FillLeaf } from "./fill-leaf.ts";
import { withSumsOf } from "./fill-leaves.ts";
import type { Odd } from "./odd-leaf.ts";
import type { OrderRow } from "./order-rows.ts";

/** A trade for its offer, amounts as decimal texts; its account and the running sums follow from the rest. */
export type SaleRow = readonly [
  twin: number,
  orderIndex: number,
  phase: number,
  energyWh: number,
  price: number,
  settledWh: number,
  paidNano: string,
  sellerMakeWholeNano: string,
  buyerMakeWholeNano: string,
  feeNano: string,
  odd: Odd<ArchivedFill>,
];

/** A trade for its bid: the rest is as the sale at `twin` has it. */
export type PurchaseRow = readonly [twin: number, orderIndex: number, odd: Odd<ArchivedFill>];

/** A fill with its amounts as decimal texts. */
type ArchivedFill = {
  readonly [Field in keyof FillLeaf]: FillLeaf[Field] extends bigint ? string : FillLeaf[Field];
};

/** An account's cumulative amounts after the batch, in nano, as decimal texts. */
export type BalanceRow = readonly [index: number, account: Account, credit: string, debit: string];

/** What a purchase comes to whose twin is no sale. */
const NO_SALE: SaleRow = [0, 0, 0, 0, 0, 0, "0", "0", "0", "0", null];

/** A fill as a row of the archive, and what is odd about it. */
export function fillToRow(fill: FillLeaf, odd: Odd<ArchivedFill> = null): SaleRow | PurchaseRow {
  if (!fill.isSeller) return [fill.twin, fill.orderIndex, odd];
  // biome-ignore format: a line for each kind of field.
  return [
    fill.twin, fill.orderIndex, fill.phase, fill.energyWh, fill.price, fill.settledWh,
    amountText(fill.paidNano), amountText(fill.sellerMakeWholeNano), amountText(fill.buyerMakeWholeNano),
    amountText(fill.feeNano), odd,
  ];
}

/** Whether a row is that of a sale. */
export function isSale(row: SaleRow | PurchaseRow | undefined): row is SaleRow {
  return row !== undefined && row.length > 3;
}

/** The fills of an archive. Throws when it has something else there. */
export function fillsOf({
  orders,
  fills,
}: {
  readonly orders: readonly OrderRow[];
  readonly fills: readonly (SaleRow | PurchaseRow)[];
}): readonly FillLeaf[] {
  let before: FillLeaf | undefined;
  return fills.map((row) => {
    const isSeller = isSale(row);
    const [twin, orderIndex] = row;
    const twinRow = fills[twin];
    const sale = isSeller ? row : isSale(twinRow) ? twinRow : NO_SALE;
    const [, , phase, energyWh, price, settledWh, paid, sellerMakeWhole, buyerMakeWhole, fee] = sale;
    const usual = withSumsOf(before, {
      ...{ twin, accountIndex: orders[orderIndex]?.[1] ?? 0, orderIndex, isSeller, phase, energyWh, price },
      ...{ settledWh, paidNano: BigInt(paid), sellerMakeWholeNano: BigInt(sellerMakeWhole) },
      ...{ buyerMakeWholeNano: BigInt(buyerMakeWhole), feeNano: BigInt(fee), orderFilledWh: 0 },
      ...{ soldWh: 0, boughtWh: 0, creditNano: 0n, debitNano: 0n },
    });
    const odd = isSeller ? row[10] : row[2];
    before = odd === null ? usual : { ...usual, ...fillFields(odd) };
    return before;
  });
}

function fillFields(odd: Partial<ArchivedFill>): Partial<FillLeaf> {
  return Object.fromEntries(
    Object.entries(odd).map(([name, value]) => [name, typeof value === "string" ? BigInt(value) : value]),
  );
}

/** A balance as a row of the archive. */
export function balanceToRow({ index, account, credit, debit }: BalanceLeaf): BalanceRow {
  return [index, account, amountText(credit), amountText(debit)];
}
