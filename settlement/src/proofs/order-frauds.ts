import { ZERO_HASH } from "../batch/batch-header.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import { endDigest, orderDigestOf, signedDigest } from "../batch/order-digest.ts";
import { endsOrder, isSignedBy } from "../batch/order-faults.ts";
import { ENDINGS, hashEnd, hashSignature, type OrderEnd } from "../batch/order-leaf.ts";
import type { ArchivedOrder } from "../batch/order-rows.ts";
import { type Accusation, accuse } from "./accusation.ts";
import { aroundGate } from "./around-gate.ts";
import type { CaseFile } from "./case-file.ts";
import type { InboxEntry } from "./chain-facts.ts";

const NO_END: OrderEnd = {
  ...{ scope: 0, group: 0, counter: 0, replacement: ZERO_HASH, signature: "0x" },
};

/** What is wrong with the orders of a batch. */
export function orderFrauds(file: CaseFile): readonly Accusation[] {
  const { leaves, opened } = file;
  if (!file.opens("orders")) return [];
  const live = leaves.orders.findIndex(({ ended }) => ended === ENDINGS.live);
  const called = file.opens("fills") ? firstCalled(leaves.fills) : new Map<number, number>();
  return opened.orders.flatMap((order, index) => {
    const found: Accusation[] = [];
    if (isMalformed(file, order)) {
      found.push(accuse("order-malformed", "OrderJudge", "orderMalformed", file.order(index)));
    } else if (isMisplaced(file, order)) {
      const position = file.position(order.leaf.accountIndex);
      found.push(accuse("order-malformed", "OrderJudge", "orderMisplaced", file.order(index), position));
    }
    const next = leaves.orders[index + 1];
    if (next !== undefined && next.digest <= order.leaf.digest) {
      const pair = [file.order(index), file.order(index + 1)];
      found.push(accuse("order-unsorted", "OrderJudge", "orderUnsorted", ...pair));
    }
    if (order.leaf.ended === ENDINGS.void && live >= 0) {
      const pair = [file.order(index), file.order(live)];
      found.push(accuse("cancel-forged", "OrderJudge", "voidForged", ...pair));
    }
    if (order.signedHash === order.leaf.signedHash) found.push(...signedFrauds(file, order, index, called));
    return found;
  });
}

/** The place of each order's first fill in the call auction, by the order's index. */
function firstCalled(fills: readonly FillLeaf[]): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const [place, { orderIndex, phase }] of fills.entries()) {
    if (phase === 1 && !places.has(orderIndex)) places.set(orderIndex, place);
  }
  return places;
}

/** What is wrong with an order whose signature is known. */
function signedFrauds(
  file: CaseFile,
  order: ArchivedOrder,
  index: number,
  called: ReadonlyMap<number, number>,
): readonly Accusation[] {
  const { facts, domain, rules } = file;
  const { leaf, signed, end } = order;
  const proof = file.order(index);
  const found: Accusation[] = [];
  if (!isSigned(() => isSignedBy(leaf.account, signedDigest(domain, leaf, signed), signed.signature))) {
    found.push(accuse("order-forged", "OrderJudge", "orderForged", proof, signed));
  }
  if (rules !== null) found.push(...groupFrauds(file, rules, order, index, called.get(index)));
  if (leaf.ended === ENDINGS.refused && !facts.inbox.some((submitted) => isOf(submitted, order))) {
    found.push(accuse("cancel-forged", "OrderJudge", "refusalForged", proof, signed));
  }
  if (leaf.ended === ENDINGS.ended && leaf.endedHash === ZERO_HASH) {
    found.push(accuse("cancel-forged", "OrderJudge", "cancelForged", proof, signed, NO_END));
  }
  if (leaf.ended === ENDINGS.ended && end !== null && hashEnd(end) === leaf.endedHash) {
    const isSound =
      endsOrder(order) &&
      isSigned(() => isSignedBy(leaf.account, endDigest(domain, leaf, end), end.signature));
    if (!isSound) found.push(accuse("cancel-forged", "OrderJudge", "cancelForged", proof, signed, end));
  }
  return found;
}

/** Whether an order is the very one that its account put into the inbox, signed as it was there. */
function isOf({ order }: InboxEntry, { leaf, signedHash }: ArchivedOrder): boolean {
  return (
    sameAccount(order.account, leaf.account) &&
    order.isBid === leaf.isBid &&
    order.limitPrice === leaf.limitPrice &&
    order.energyWh === leaf.energyWh &&
    order.intervalIndex === leaf.intervalIndex &&
    order.orderSalt === leaf.orderSalt &&
    isSigned(() => hashSignature(order.signature) === signedHash)
  );
}

/** What is wrong with an order whose group was cancelled on the chain, or is said to have been. */
function groupFrauds(
  file: CaseFile,
  rules: BatchRules,
  { leaf, signed }: ArchivedOrder,
  index: number,
  called: number | undefined,
): readonly Accusation[] {
  const { facts } = file;
  const proof = file.order(index);
  const found: Accusation[] = [];
  const groupCancelledBy = (time: number): boolean =>
    signed.kind === 1 && facts.groupCounterAt(leaf.account, signed.group, time) > signed.counter;
  const { early, late } = aroundGate(rules, 1_000 * file.header.intervalStart);
  if (leaf.ended === ENDINGS.groupCancelled && !groupCancelledBy(late)) {
    found.push(accuse("cancel-forged", "OrderJudge", "groupCancelForged", rules, proof, signed));
  }
  if (called !== undefined && groupCancelledBy(early)) {
    const rest = [rules, proof, signed, file.fill(called)];
    found.push(accuse("order-cancelled", "OrderJudge", "orderCancelled", ...rest));
  }
  return found;
}

function isMalformed({ header, domain }: CaseFile, { leaf }: ArchivedOrder): boolean {
  return (
    leaf.energyWh === 0 ||
    leaf.limitPrice < 0 ||
    leaf.intervalIndex !== header.intervalIndex ||
    leaf.accountIndex >= header.accountCount ||
    leaf.ended > ENDINGS.refused ||
    (leaf.ended === ENDINGS.void && header.clearingPrice !== null) ||
    (leaf.ended !== ENDINGS.ended && leaf.endedHash !== ZERO_HASH) ||
    leaf.digest !== orderDigestOf(domain, leaf)
  );
}

function isMisplaced(file: CaseFile, { leaf }: ArchivedOrder): boolean {
  const position = file.leaves.positions[leaf.accountIndex];
  return file.opens("positions") && position !== undefined && !sameAccount(position.account, leaf.account);
}

/** Whether two texts name one account. */
export function sameAccount(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** A signature of a kind that does not exist is no signature. */
function isSigned(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
