import type { FillLeaf } from "../batch/fill-leaf.ts";
import type { OrderLeaf } from "../batch/order-leaf.ts";
import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile, Cut, LeafProof } from "./case-file.ts";
import { placeAfter } from "./place-after.ts";

/** An order that was live and is not full, with the place after its last fill. */
interface OpenOrder {
  readonly index: number;
  readonly leaf: OrderLeaf;
  readonly cut: number;
}

/** What is wrong with the clearing price of a batch, and with who traded at it. */
export function priceFrauds(file: CaseFile): readonly Accusation[] {
  if (!file.opens("fills")) return [];
  const { header, leaves } = file;
  const { clearingPrice } = header;
  const found: Accusation[] = [];
  for (const [index, { phase, price }] of leaves.fills.entries()) {
    if (phase === 1 && price !== clearingPrice) {
      found.push(accuse("call-price", "PriceJudge", "callPrice", file.fill(index)));
    }
  }
  if (!file.opens("orders") || !areFillsSorted(leaves.fills)) return found;
  const open = openOrders(file);
  for (const order of open) {
    if (!isBetter(order.leaf, clearingPrice)) continue;
    found.push(accuse("better-unfilled", "PriceJudge", "betterUnfilled", ...shown(file, order)));
  }
  const crossed = crossingPair(open);
  if (crossed !== null) {
    const [bid, offer] = crossed;
    found.push(accuse("crossing", "PriceJudge", "crossing", ...shown(file, bid), ...shown(file, offer)));
  }
  return found;
}

function openOrders({ leaves }: CaseFile): readonly OpenOrder[] {
  const cuts = new Map<string, { readonly cut: number; readonly filledWh: number }>();
  const keyOf = (accountIndex: number, orderIndex: number): string => `${accountIndex}/${orderIndex}`;
  for (const [index, { accountIndex, orderIndex, orderFilledWh }] of leaves.fills.entries()) {
    cuts.set(keyOf(accountIndex, orderIndex), { cut: index + 1, filledWh: orderFilledWh });
  }
  return leaves.orders.flatMap((leaf, index) => {
    const last = cuts.get(keyOf(leaf.accountIndex, index));
    if (leaf.ended !== 0 || (last?.filledWh ?? 0) >= leaf.energyWh) return [];
    return [{ index, leaf, cut: last?.cut ?? placeAfter(leaves.fills, leaf.accountIndex, index) }];
  });
}

function areFillsSorted(fills: readonly FillLeaf[]): boolean {
  return fills.every((fill, index) => {
    const before = fills[index - 1];
    if (before === undefined || before.accountIndex < fill.accountIndex) return true;
    return before.accountIndex === fill.accountIndex && before.orderIndex <= fill.orderIndex;
  });
}

function isBetter(order: OrderLeaf, clearingPrice: number | null): boolean {
  if (clearingPrice === null) return false;
  return order.isBid ? order.limitPrice > clearingPrice : order.limitPrice < clearingPrice;
}

/** A bid and an offer of two accounts that cross, or `null`: whatever crosses, one of the best two of each side does. */
function crossingPair(open: readonly OpenOrder[]): readonly [OpenOrder, OpenOrder] | null {
  const bids = bestOfTwo(
    open.filter(({ leaf }) => leaf.isBid),
    (a, b) => b.leaf.limitPrice - a.leaf.limitPrice,
  );
  const offers = bestOfTwo(
    open.filter(({ leaf }) => !leaf.isBid),
    (a, b) => a.leaf.limitPrice - b.leaf.limitPrice,
  );
  for (const bid of bids) {
    for (const offer of offers) {
      const areOfTwo = bid.leaf.accountIndex !== offer.leaf.accountIndex;
      if (areOfTwo && bid.leaf.limitPrice >= offer.leaf.limitPrice) return [bid, offer];
    }
  }
  return null;
}

/** The best order of all, and the best of all other accounts. */
function bestOfTwo(
  orders: readonly OpenOrder[],
  compare: (a: OpenOrder, b: OpenOrder) => number,
): readonly OpenOrder[] {
  const sorted = orders.toSorted(compare);
  const second = sorted.find(({ leaf }) => leaf.accountIndex !== sorted[0]?.leaf.accountIndex);
  return [...sorted.slice(0, 1), ...(second === undefined ? [] : [second])];
}

function shown(file: CaseFile, { index, cut }: OpenOrder): readonly [LeafProof<OrderLeaf>, Cut<FillLeaf>] {
  return [file.order(index), file.fillCut(cut)];
}
