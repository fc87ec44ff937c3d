import {
  type BookedOrder,
  type DeliveryInterval,
  type IntervalDelivery,
  priceMicroPerKwh,
  type SignedOrder,
  type SigningDomain,
  type SiteId,
  wattHours,
} from "@commonwatt/vpp-core";
import type { ArchivedAccount } from "../batch/batch-archive.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import { orderDomain } from "../batch/order-digest.ts";
import { isAlone } from "../batch/order-leaf.ts";
import { aroundGate } from "../proofs/around-gate.ts";
import type { InboxOrder } from "../proofs/chain-facts.ts";
import { dueDigest } from "../proofs/inbox-order.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { notFinal } from "./require-final.ts";

/** What orders of a community's inbox are held against. */
export interface InboxContext {
  readonly community: string;
  readonly domain: SigningDomain;
  readonly accounts: readonly ArchivedAccount[];
  readonly rules: BatchRules;
}

/** Orders of the community's sites that lie in the inbox for an interval, as the market takes them. */
export async function forcedOrders(
  { inbox }: EscrowLink,
  context: InboxContext,
  { index }: DeliveryInterval,
): Promise<readonly SignedOrder[]> {
  const domain = orderDomain(context.community, context.domain);
  const owners = context.accounts.filter(({ siteId }) => siteId !== null).map(({ account }) => account);
  return (await inbox.orders(index, owners)).flatMap(({ order }) => {
    const siteId = accountOf(context, order)?.siteId ?? null;
    return siteId === null || dueDigest(domain, order) === null ? [] : [signedOrder(context, order, siteId)];
  });
}

/**
 * Orders that lay in the inbox in time and that the market did not take: its rules turn them down, and the batch must
 * say so, since one that ignores them can be taken back. Only once the chain cannot undo what was in time: an order
 * that is refused without having been there is as wrong.
 * @throws CommonwattError `ESCROW_NOT_FINAL`, retryable, while it can. Waits for a chain that is away.
 */
export async function refusedOrders(
  link: EscrowLink,
  context: InboxContext,
  { interval, orders }: Pick<IntervalDelivery, "interval" | "orders">,
): Promise<readonly BookedOrder[]> {
  const { early } = aroundGate(context.rules, interval.startMs);
  await requireSeen(link, early);
  const domain = orderDomain(context.community, context.domain);
  const known = new Set(orders.map(({ id }) => id));
  const accounts = context.accounts.map(({ account }) => account);
  const submitted = await link.patience.until(() => link.inbox.orders(interval.index, accounts));
  return submitted.flatMap(({ order, submittedAt }): readonly BookedOrder[] => {
    const account = accountOf(context, order);
    const id = account === null || submittedAt > early ? null : dueDigest(domain, order);
    if (id === null || known.has(id)) return [];
    known.add(id);
    link.logger.warn({ account: order.account, id }, "an order out of the inbox is refused by the market");
    // Whose it is the account says, which may be no site's.
    const signed = signedOrder(context, order, account?.siteId ?? "");
    // How it is signed goes along whole, also what means nothing: a refusal is of the very bytes that lie in the inbox.
    const { signature: _, ...bulk } = order.signature;
    const whole = isAlone(order.signature) ? signed : { ...signed, bulk };
    return [{ id, order: whole, ended: { by: "refusal", cancel: null } }];
  });
}

/** Nothing that was put into the inbox by then is still to come, or could go again. */
async function requireSeen({ final, patience, wallClock }: EscrowLink, seconds: number): Promise<void> {
  if (final.isImmediate || wallClock.now() < 1_000 * seconds) return;
  if ((await patience.until(() => final.block())).timestamp < seconds) throw notFinal("the inbox");
}

function accountOf({ accounts }: InboxContext, { account }: InboxOrder): ArchivedAccount | null {
  return accounts.find((one) => one.account.toLowerCase() === account.toLowerCase()) ?? null;
}

function signedOrder({ community, domain }: InboxContext, order: InboxOrder, siteId: string): SignedOrder {
  const { kind, group, counter, index, proof, signature } = order.signature;
  return {
    ...{ community, domain, siteId: siteId as SiteId, account: order.account },
    intervalIndex: order.intervalIndex as SignedOrder["intervalIndex"],
    side: order.isBid ? "bid" : "offer",
    ...{ energyWh: wattHours(order.energyWh), limitPrice: priceMicroPerKwh(order.limitPrice) },
    ...{ salt: order.orderSalt, signature },
    ...(kind === 0 ? {} : { bulk: { group, counter, index, proof } }),
  };
}
