import { orderId, signingDomain, signOrder, type UnsignedOrder } from "@commonwatt/market";
import {
  type Account,
  type BookedOrder,
  type DeliveryInterval,
  deliveryInterval,
  epochMs,
  type Hex,
  intervalIndex,
  type OrderSide,
  priceMicroPerKwh,
  type Random,
  type SignedMeterReading,
  type SigningDomain,
  siteId,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BatchInput } from "../batch/build-batch.ts";
import { keccakText } from "../hash/keccak.ts";

/** The community of the benchmark. */
export const COMMUNITY = "bench-street";
/** What its orders are signed for. */
export const DOMAIN: SigningDomain = signingDomain(1, `0x${"0c".repeat(20)}` as Account);
const CLEARING_PRICE = 200_000;
/** An order that nobody signed: building and verifying a batch cost the same, and signatures are timed alone. */
const NO_SIGNATURE: Hex = `0x${"11".repeat(65)}`;
const NO_READING_SIGNATURE: Hex = `0x${"22".repeat(64)}`;

/**
 * An interval of `sites` sites with `trades` trades of one call auction. An auction pairs its orders side by
 * side, so there are a few more orders than trades.
 */
export function largeInterval(sites: number, trades: number, random: Random): BatchInput {
  const interval = deliveryInterval(intervalIndex(1_900_000), 15);
  const accounts = Array.from({ length: sites }, (_, number) => ({
    account: `0x${keccakText(`account/${number}`).slice(2, 42)}` as Account,
    ...{ exportMaxW: 1_000_000, importMaxW: 1_000_000 },
    meterKey: `0x04${keccakText(`x/${number}`).slice(2)}${keccakText(`y/${number}`).slice(2)}` as Hex,
    siteId: `home-${number}`,
  }));
  const orders = Array.from({ length: Math.ceil(trades * 1.1) + 2 }, (_, number) => {
    const site = number % sites;
    const side = site % 2 === 0 ? "bid" : "offer";
    const order = unsignedOrder(`home-${site}`, side, interval, number, random);
    const account = accounts[site]?.account ?? ("0x" as Account);
    const full = { ...order, account, signature: NO_SIGNATURE };
    return { id: orderId(full), order: full, ended: null };
  });
  return {
    ...{ community: COMMUNITY, domain: DOMAIN, interval, clearingPrice: CLEARING_PRICE, accounts, orders },
    rules: {
      ...{ retailPrice: 300_000, feedInPrice: 80_000, feePpm: 0 },
      ...{ intervalMs: 900_000, gateClosureMs: 90_000 },
    },
    trades: pairedTrades(interval, orders, trades),
    readings: accounts.flatMap((account) => readingsOf(account.siteId, account.meterKey, interval, random)),
    seed: keccakText("bench"),
  };
}

/** So many signed orders, and nothing else. */
export function signedOrders(count: number, random: Random): readonly BookedOrder[] {
  const interval = deliveryInterval(intervalIndex(1_900_000), 15);
  return Array.from({ length: count }, (_, number) => {
    const key = keccakText(`owner/${number % 50}`);
    const order = signOrder(unsignedOrder("home", "bid", interval, number, random), key);
    return { id: orderId(order), order, ended: null };
  });
}

function unsignedOrder(
  site: string,
  side: OrderSide,
  { index }: DeliveryInterval,
  number: number,
  random: Random,
): UnsignedOrder {
  return {
    ...{ community: COMMUNITY, domain: DOMAIN, siteId: siteId(site), side, intervalIndex: index },
    ...{ energyWh: wattHours(random.integer(50, 500)), limitPrice: priceMicroPerKwh(CLEARING_PRICE) },
    salt: keccakText(`salt/${number}`),
  };
}

/** Walks both sides of the book, as the call auction does. */
function pairedTrades(
  { index }: DeliveryInterval,
  orders: readonly BookedOrder[],
  count: number,
): readonly Trade[] {
  const bids = orders.filter(({ order }) => order.side === "bid");
  const offers = orders.filter(({ order }) => order.side === "offer");
  const left = new Map(orders.map(({ id, order }) => [id, order.energyWh as number]));
  const trades: Trade[] = [];
  for (let b = 0, o = 0; trades.length < count; ) {
    const [bid, offer] = [bids[b], offers[o]];
    if (bid === undefined || offer === undefined) throw new RangeError("too few orders for the trades");
    const [wanted = 0, given = 0] = [left.get(bid.id), left.get(offer.id)];
    const energyWh = Math.min(wanted, given);
    trades.push({
      ...{ id: `${index}-${trades.length + 1}`, intervalIndex: index },
      ...{ sellerId: offer.order.siteId, buyerId: bid.order.siteId, offerId: offer.id, bidId: bid.id },
      ...{ energyWh: wattHours(energyWh), price: priceMicroPerKwh(CLEARING_PRICE), phase: "call" },
    });
    left.set(bid.id, wanted - energyWh);
    left.set(offer.id, given - energyWh);
    if (wanted === energyWh) b += 1;
    if (given === energyWh) o += 1;
  }
  return trades;
}

function readingsOf(
  site: string,
  meterKey: Hex,
  { startMs, endMs }: DeliveryInterval,
  random: Random,
): readonly SignedMeterReading[] {
  const counted = { importWh: random.integer(0, 2_000), exportWh: random.integer(0, 2_000) };
  return [startMs, endMs].map((takenAtMs, step) => ({
    ...{ siteId: siteId(site), sequence: step, takenAtMs: epochMs(takenAtMs) },
    importWh: wattHours(10_000 + step * counted.importWh),
    exportWh: wattHours(10_000 + step * counted.exportWh),
    ...{ meterKey, signature: NO_READING_SIGNATURE },
  }));
}
