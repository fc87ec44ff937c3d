import type {
  Account,
  BookedOrder,
  ChainCancel,
  DeliveryInterval,
  IntervalDelivery,
} from "@commonwatt/vpp-core";
import type { BatchRules } from "../batch/batch-rules.ts";
import { type AroundGate, aroundGate } from "../proofs/around-gate.ts";
import type { EscrowLink } from "./escrow-link.ts";
import type { Register } from "./follow-register.ts";
import { notFinal } from "./require-final.ts";

/** A group's counters at these times. */
type Counters = Readonly<Record<keyof AroundGate, number>>;

/**
 * What sites took back on the chain, as it is now, so that no order of it trades: up to five minutes after the gate
 * closes, as judges count.
 * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`.
 */
export async function chainCancels(
  { registry }: Pick<EscrowLink, "registry">,
  register: Pick<Register, "refresh" | "cancelledGroups">,
  rules: Pick<BatchRules, "gateClosureMs">,
  interval: DeliveryInterval,
): Promise<readonly ChainCancel[]> {
  await register.refresh();
  const { late } = aroundGate(rules, interval.startMs);
  const found = await Promise.all(
    register.cancelledGroups().map(async ({ account, group }) => {
      const counter = await registry.groupCounterAt(account, group, late);
      return { account, group, counter };
    }),
  );
  return found.filter(({ counter }) => counter > 0);
}

/** What is needed to ask when groups were cancelled. */
export type CancelsLink = Pick<EscrowLink, "final" | "registry" | "patience" | "logger">;

/**
 * Makes of an interval's orders what can be proved of them to a court. What its account took back on the chain says
 * so. When such an order traded in the call auction all the same, since nobody could see the chain as the gate closed,
 * or when the chain has undone what ended an order, then the whole call is void: it is the only thing that an operator
 * can say of it without being proved wrong.
 * @param register - as it is after the gate has closed: of groups that it does not know nothing is asked.
 * @throws CommonwattError `ESCROW_NOT_FINAL`, retryable, while the chain can still undo what ended an order. Waits for
 * a chain that is away.
 */
export async function heedCancels(
  link: CancelsLink,
  register: Pick<Register, "cancelledGroups">,
  rules: Pick<BatchRules, "gateClosureMs">,
  delivery: IntervalDelivery,
): Promise<IntervalDelivery> {
  const counters = await countersOf(link, register, rules, delivery);
  const called = delivery.trades.filter(({ phase }) => phase === "call");
  const traded = new Set(called.flatMap(({ bidId, offerId }) => [bidId, offerId]));
  let isVoid = false;
  const orders: BookedOrder[] = [];
  for (const booked of delivery.orders) {
    const { account, bulk } = booked.order;
    const isFromChain = booked.ended?.by === "group-cancel" && booked.ended.cancel === null;
    if (bulk === undefined || (booked.ended !== null && !isFromChain)) {
      orders.push(booked);
      continue;
    }
    const { early, late } = counters.get(nameOf(account, bulk.group)) ?? { early: 0, late: 0 };
    if (isFromChain && late <= bulk.counter) {
      if (await isStillThere(link, rules, delivery.interval, booked)) throw notFinal("a cancelled group");
      isVoid = true;
      orders.push({ ...booked, ended: null });
    } else if (traded.has(booked.id)) {
      isVoid ||= early > bulk.counter;
      orders.push(booked);
    } else {
      orders.push(late > bulk.counter ? { ...booked, ended: { by: "group-cancel", cancel: null } } : booked);
    }
  }
  if (!isVoid) return { ...delivery, orders };
  link.logger.error(
    { intervalIndex: delivery.interval.index },
    "orders of a group that its account cancelled on the chain traded: the call auction is void",
  );
  return {
    ...delivery,
    clearingPrice: null,
    trades: delivery.trades.filter(({ phase }) => phase !== "call"),
    orders: orders.map((one) => (one.ended === null ? { ...one, ended: { by: "void", cancel: null } } : one)),
  };
}

/** What the chain has for good of each group that was ever cancelled and that orders of an interval are in. */
async function countersOf(
  { final, registry, patience }: CancelsLink,
  register: Pick<Register, "cancelledGroups">,
  rules: Pick<BatchRules, "gateClosureMs">,
  { interval, orders }: IntervalDelivery,
): Promise<ReadonlyMap<string, Counters>> {
  const used = new Set(orders.map(({ order: { account, bulk } }) => nameOf(account, bulk?.group)));
  const times = aroundGate(rules, interval.startMs);
  const reader = final.isImmediate ? registry : final;
  const counters = new Map<string, Counters>();
  for (const { account, group } of register.cancelledGroups()) {
    const name = nameOf(account, group);
    if (!used.has(name)) continue;
    const at = (time: number): Promise<number> =>
      patience.until(() => reader.groupCounterAt(account, group, time));
    counters.set(name, { early: await at(times.early), late: await at(times.late) });
  }
  return counters;
}

/** Whether the newest block still has what ended an order, though not yet for good. */
async function isStillThere(
  { registry, patience }: CancelsLink,
  rules: Pick<BatchRules, "gateClosureMs">,
  interval: DeliveryInterval,
  { order: { account, bulk } }: BookedOrder,
): Promise<boolean> {
  if (bulk === undefined) return false;
  const { late } = aroundGate(rules, interval.startMs);
  return (await patience.until(() => registry.groupCounterAt(account, bulk.group, late))) > bulk.counter;
}

function nameOf(account: Account, group: number | undefined): string {
  return `${account.toLowerCase()}:${group}`;
}
