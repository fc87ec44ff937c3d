import type { Hex, SignedOrder } from "@commonwatt/vpp-core";
import { type OrderDomain, orderDigestOf, signedDigest } from "../batch/order-digest.ts";
import { isSignedBy } from "../batch/order-faults.ts";
import { ALONE } from "../batch/order-leaf.ts";
import type { InboxOrder } from "./chain-facts.ts";

/**
 * The digest of an order in the inbox that an operator must take in, as the judge of inclusion has it; `null` for one
 * that nobody can be made to take: not rightly signed, in place of another, or with numbers that no market has.
 */
export function dueDigest(domain: OrderDomain, order: InboxOrder): Hex | null {
  const { limitPrice, energyWh, signature } = order;
  const isInRange =
    Number.isSafeInteger(energyWh) &&
    energyWh > 0 &&
    Number.isSafeInteger(limitPrice) &&
    limitPrice >= 0 &&
    Number.isSafeInteger(signature.counter) &&
    Number.isSafeInteger(signature.group);
  if (!isInRange || signature.kind > 1) return null;
  try {
    const isSigned = isSignedBy(order.account, signedDigest(domain, order, signature), signature.signature);
    return isSigned ? orderDigestOf(domain, order) : null;
  } catch {
    // A proof of the wrong height, a group that there is not.
    return null;
  }
}

/** An order as its account puts it into the court's inbox. */
export function inboxOrder(order: SignedOrder): InboxOrder {
  const { account, limitPrice, energyWh, salt: orderSalt, signature, bulk } = order;
  const alone = { ...ALONE, signature };
  return {
    ...{ account, isBid: order.side === "bid", limitPrice, energyWh, orderSalt },
    intervalIndex: order.intervalIndex,
    signature: bulk === undefined ? alone : { ...alone, kind: 1, ...bulk },
  };
}
