import type { BatchRules } from "../batch/batch-rules.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import { withSumsOf } from "../batch/fill-leaves.ts";
import type { PositionLeaf } from "../batch/position-leaf.ts";
import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile } from "./case-file.ts";

const PPM = 1_000_000n;
/** What both leaves of a trade must have in common. */
const SHARED = [
  ...["phase", "energyWh", "price", "settledWh", "paidNano"],
  ...["sellerMakeWholeNano", "buyerMakeWholeNano", "feeNano"],
] as readonly (keyof FillLeaf)[];
const SUMS = ["orderFilledWh", "soldWh", "boughtWh", "creditNano", "debitNano"] as const;

/** What is wrong with the fills of a batch. */
export function fillFrauds(file: CaseFile): readonly Accusation[] {
  if (!file.opens("fills")) return [];
  const { fills } = file.leaves;
  return fills.flatMap((fill, index) => [
    ...sumFrauds(file, fill, index),
    ...twinFrauds(file, fill, index),
    ...(file.opens("orders") ? orderFillFrauds(file, fill, index) : []),
    ...(file.opens("positions") ? settlementFrauds(file, fill, index) : []),
  ]);
}

function sumFrauds(file: CaseFile, fill: FillLeaf, index: number): readonly Accusation[] {
  const before = file.leaves.fills[index - 1];
  const right = withSumsOf(before, fill);
  const isWrong =
    SUMS.some((sum) => right[sum] !== fill[sum]) || (before !== undefined && !isSorted(before, fill));
  return isWrong
    ? [accuse("running-sum", "FillJudge", "runningSum", file.fill(index - 1), file.fill(index))]
    : [];
}

function twinFrauds(file: CaseFile, fill: FillLeaf, index: number): readonly Accusation[] {
  const other = file.leaves.fills[fill.twin];
  const isRight =
    other !== undefined &&
    fill.twin !== index &&
    other.twin === index &&
    other.isSeller !== fill.isSeller &&
    other.accountIndex !== fill.accountIndex &&
    SHARED.every((field) => other[field] === fill[field]);
  return isRight ? [] : [accuse("twin", "FillJudge", "twin", file.fill(index), file.fill(fill.twin))];
}

function orderFillFrauds(file: CaseFile, fill: FillLeaf, index: number): readonly Accusation[] {
  const order = file.leaves.orders[fill.orderIndex];
  const proofs = [file.fill(index), file.order(fill.orderIndex)];
  if (order === undefined) return [accuse("fill-order", "FillJudge", "fillOrder", ...proofs)];
  const isBeyond = order.isBid ? fill.price > order.limitPrice : fill.price < order.limitPrice;
  const isWrong =
    fill.accountIndex !== order.accountIndex ||
    fill.isSeller === order.isBid ||
    isBeyond ||
    (fill.phase === 1 && order.ended !== 0) ||
    fill.phase > 1 ||
    fill.energyWh === 0;
  return [
    ...(isWrong ? [accuse("fill-order", "FillJudge", "fillOrder", ...proofs)] : []),
    ...(fill.orderFilledWh > order.energyWh ? [accuse("overfill", "FillJudge", "overfill", ...proofs)] : []),
  ];
}

function settlementFrauds(file: CaseFile, fill: FillLeaf, index: number): readonly Accusation[] {
  const { fills, positions } = file.leaves;
  const { rules } = file;
  const other = fills[fill.twin];
  if (other === undefined || rules === null) return [];
  const [sale, purchase] = fill.isSeller ? [fill, other] : [other, fill];
  const seller = positions[sale.accountIndex];
  const buyer = positions[purchase.accountIndex];
  if (seller === undefined || buyer === undefined || settles(rules, fill, seller, buyer)) return [];
  const proofs = [file.fill(index), file.fill(fill.twin)];
  const sites = [file.position(sale.accountIndex), file.position(purchase.accountIndex)];
  return [accuse("settlement", "FillJudge", "settlement", rules, ...proofs, ...sites)];
}

/** Whether a trade's amounts are what the rules make of both positions, whatever these are. */
function settles(rules: BatchRules, fill: FillLeaf, seller: PositionLeaf, buyer: PositionLeaf): boolean {
  if (fill.price < 0) return false;
  const { retailPrice, feedInPrice, feePpm } = rules;
  const energyWh = BigInt(fill.energyWh);
  const delivered = partOf(
    energyWh,
    seller.endExportWh - seller.startExportWh,
    seller.soldWh - seller.boughtWh,
  );
  const taken = partOf(energyWh, buyer.endImportWh - buyer.startImportWh, buyer.boughtWh - buyer.soldWh);
  const settledWh = smaller(taken, delivered);
  const paidNano = settledWh * BigInt(fill.price);
  return (
    BigInt(fill.settledWh) === settledWh &&
    fill.paidNano === paidNano &&
    fill.sellerMakeWholeNano === makeWhole(taken - delivered, retailPrice - fill.price) &&
    fill.buyerMakeWholeNano === makeWhole(delivered - taken, fill.price - feedInPrice) &&
    fill.feeNano === (paidNano * BigInt(feePpm)) / PPM
  );
}

/** `Math.min` has no bigints. */
function smaller(left: bigint, right: bigint): bigint {
  if (left < right) return left;
  return right;
}

function partOf(energyWh: bigint, meteredWh: number, netWh: number): bigint {
  const metered = Math.max(0, meteredWh);
  return metered >= netWh ? energyWh : (energyWh * BigInt(metered)) / BigInt(netWh);
}

function makeWhole(shortWh: bigint, lossPerKwh: number): bigint {
  return shortWh > 0n && lossPerKwh > 0 ? shortWh * BigInt(lossPerKwh) : 0n;
}

function isSorted(before: FillLeaf, fill: FillLeaf): boolean {
  if (before.accountIndex !== fill.accountIndex) return before.accountIndex < fill.accountIndex;
  if (before.orderIndex !== fill.orderIndex) return before.orderIndex < fill.orderIndex;
  return before.twin < fill.twin;
}
