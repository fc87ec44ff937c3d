import {
  orderId,
  type SignedFor,
  signBulk,
  signCancel,
  signOrder,
  signReplacement,
  type UnsignedOrder,
} from "@commonwatt/market";
import {
  type BookedOrder,
  type IntervalIndex,
  type OrderSide,
  priceMicroPerKwh,
  type Random,
  wattHours,
} from "@commonwatt/vpp-core";
import { keccakText } from "../hash/keccak.ts";
import type { FraudHome } from "./fraud-home.ts";

/** The group in which bulk orders are signed, and the counter below which the group is cancelled on the chain. */
export const BULK_GROUP: { readonly group: number; readonly counter: number } = { group: 5, counter: 10 };

/** What limits may be, in micro per kWh: they cross more often than not. */
const LIMITS = { bid: [180_000, 310_000], offer: [70_000, 230_000] } as const;

/** One home's orders of an interval: alone, at once, in place of another; and some that it took back. */
export function honestOrders(
  { id, ownerKey }: FraudHome,
  signedFor: SignedFor,
  interval: IntervalIndex,
  side: OrderSide,
  random: Random,
): readonly BookedOrder[] {
  const unsigned = (): UnsignedOrder => ({
    ...{ ...signedFor, siteId: id, side, intervalIndex: interval },
    energyWh: wattHours(random.integer(50, 400)),
    limitPrice: priceMicroPerKwh(random.integer(LIMITS[side][0], LIMITS[side][1])),
    salt: keccakText(`${id}/${random.next()}/${random.next()}`),
  });
  const live = (order: BookedOrder["order"]): BookedOrder => ({ id: orderId(order), order, ended: null });
  const head = { ...signedFor, siteId: id };
  switch (random.integer(0, 5)) {
    case 0: {
      const replaced = live(signOrder(unsigned(), ownerKey));
      const next = live(signReplacement(unsigned(), replaced.id, ownerKey));
      return [{ ...replaced, ended: { by: "replacement", cancel: null } }, next];
    }
    case 1: {
      const orders = signBulk([unsigned(), unsigned(), unsigned()], BULK_GROUP, ownerKey).map(live);
      const counter = BULK_GROUP.counter + 1;
      const cancel = signCancel({ ...head, scope: "group", group: BULK_GROUP.group, counter }, ownerKey);
      const isCancelled = random.next() < 0.4;
      return orders.map((order) =>
        isCancelled ? { ...order, ended: { by: "group-cancel", cancel } } : order,
      );
    }
    case 2: {
      const gone = live(signOrder(unsigned(), ownerKey));
      const cancel = signCancel({ ...head, scope: "order", orderId: gone.id }, ownerKey);
      return [{ ...gone, ended: { by: "order-cancel", cancel } }, live(signOrder(unsigned(), ownerKey))];
    }
    case 3: {
      const gone = live(signOrder(unsigned(), ownerKey));
      const cancel = signCancel(
        { ...head, scope: "interval", intervalIndex: interval, counter: 3 },
        ownerKey,
      );
      return [{ ...gone, ended: { by: "interval-cancel", cancel } }];
    }
    default:
      return signBulk([unsigned(), unsigned()], BULK_GROUP, ownerKey).map(live);
  }
}
