import { domainSeparator, orderId, signingDomain, signOrder } from "@commonwatt/market";
import {
  type Account,
  type BatchStore,
  type BookedOrder,
  type DeliveryInterval,
  deliveryInterval,
  durationMs,
  epochMs,
  type Hex,
  type IntervalDelivery,
  intervalIndex,
  type Logger,
  type OrderSide,
  type OutboxStore,
  priceMicroPerKwh,
  type RailContext,
  type RailSite,
  type SettlementEvent,
  type SigningDomain,
  type SiteId,
  siteId,
  systemClock,
  type Tariff,
  type Trade,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { accountOfKey } from "../chain/signer.ts";
import { meterSigner } from "../metering/meter-signer.ts";

/** What the grid charges and pays in tests: 0.30 and 0.08 per kWh. */
export const TARIFF: Tariff = {
  retailPrice: priceMicroPerKwh(300_000),
  feedInPrice: priceMicroPerKwh(80_000),
};

/** What orders and readings are signed for in tests without a chain. */
export const DOMAIN: SigningDomain = signingDomain(31_337, `0x${"0c".repeat(20)}` as Account);

/** A logger that says nothing. */
export const silent: Logger = {
  ...{ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  child: () => silent,
};

/** What a site imports and exports in one interval. */
export type Flow = readonly [importWh: number, exportWh: number];

/** A street of a few homes with real keys, and meters that count. */
export interface TestStreet {
  readonly sites: readonly RailSite[];
  /** An interval in which every home had the given flow; meters count on from one call to the next. */
  deliver(
    interval: DeliveryInterval,
    flows: readonly Flow[],
    trades: readonly Trade[],
    /** What its orders and readings are signed for. */
    domain?: SigningDomain | null,
  ): IntervalDelivery;
}

/** Makes a street of `count` homes, `home-1` and on. */
export function testStreet(count: number): TestStreet {
  let signedFor = DOMAIN;
  const homes = Array.from({ length: count }, (_, index) => {
    const meterPrivate = key(0x2000 + index);
    const ownerKey = key(0x1000 + index);
    const signer = meterSigner(meterPrivate, () =>
      domainSeparator({ community: "test-street", domain: signedFor }),
    );
    const site: RailSite = {
      id: siteId(`home-${index + 1}`),
      account: accountOfKey(ownerKey),
      feeder: "feeder-1",
      limits: { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) },
      ownerKey,
      meterKey: signer.meterKey,
      signWithMeter: signer.signRecord,
    };
    return { site, signer, sequence: 0, importWh: 10_000, exportWh: 5_000 };
  });
  const readAll = (atMs: number) =>
    homes.map((home) =>
      home.signer.sign({
        siteId: home.site.id,
        sequence: home.sequence++,
        takenAtMs: epochMs(atMs),
        importWh: wattHours(home.importWh),
        exportWh: wattHours(home.exportWh),
      }),
    );
  return {
    sites: homes.map(({ site }) => site),
    deliver(interval, flows, trades, domain) {
      signedFor = domain ?? DOMAIN;
      const before = readAll(interval.startMs);
      homes.forEach((home, index) => {
        const [importWh, exportWh] = flows[index] ?? [0, 0];
        home.importWh += importWh;
        home.exportWh += exportWh;
      });
      const after = readAll(interval.endMs);
      const clearingPrice = trades[0]?.price ?? null;
      const signed = trades.map((trade, index) => signedTrade(homes, trade, index, signedFor));
      return {
        ...{ interval, clearingPrice, readings: [...before, ...after] },
        orders: signed.flatMap(({ orders }) => orders),
        trades: signed.map(({ trade }) => trade),
      };
    },
  };
}

/** A trade with the two orders behind it, each for just this energy at just this price. */
function signedTrade(
  homes: readonly { readonly site: RailSite }[],
  trade: Trade,
  index: number,
  domain: SigningDomain,
): { readonly orders: readonly BookedOrder[]; readonly trade: Trade } {
  const order = (siteId: SiteId, side: OrderSide): BookedOrder => {
    const site = homes.find((home) => home.site.id === siteId)?.site;
    if (site === undefined) throw new Error(`${siteId} is no home of this street`);
    const { intervalIndex: at, energyWh, price: limitPrice } = trade;
    const intent = { siteId, side, intervalIndex: at, energyWh, limitPrice };
    const salt = key(0x5000 + 2 * index + (side === "bid" ? 1 : 0));
    const signed = signOrder({ ...intent, community: "test-street", domain, salt }, site.ownerKey);
    return { id: orderId(signed), order: signed, ended: null };
  };
  const [offer, bid] = [order(trade.sellerId, "offer"), order(trade.buyerId, "bid")];
  return { orders: [offer, bid], trade: { ...trade, offerId: offer.id, bidId: bid.id } };
}

/** A quarter of an hour, counted from one far enough in the past to be over. */
export function testInterval(number: number): DeliveryInterval {
  return deliveryInterval(intervalIndex(1_900_000 + number), 15);
}

/** One trade between two homes of a test street, by their numbers. */
export function testTrade(
  interval: DeliveryInterval,
  number: number,
  seller: number,
  buyer: number,
  energyWh: number,
  price: number,
): Trade {
  return {
    id: `${interval.index}-${number}`,
    intervalIndex: interval.index,
    sellerId: siteId(`home-${seller}`),
    buyerId: siteId(`home-${buyer}`),
    offerId: key(0x3000 + number),
    bidId: key(0x4000 + number),
    energyWh: wattHours(energyWh),
    price: priceMicroPerKwh(price),
    phase: "call",
  };
}

/** What a rail needs in a test. */
export function testContext(
  street: TestStreet,
  directory: string,
  stores: { readonly batches: BatchStore; readonly outbox: OutboxStore },
  events: SettlementEvent[] = [],
): RailContext {
  return {
    ...{
      community: "test-street",
      currency: "EUR",
      clock: systemClock,
      wallClock: systemClock,
      logger: silent,
    },
    ...{ directory, sites: street.sites, tariff: TARIFF, ...stores },
    ...{ intervalMs: durationMs(900_000), gateClosureMs: durationMs(90_000) },
    emit: (event) => events.push(event),
  };
}

function key(number: number): Hex {
  return `0x${number.toString(16).padStart(64, "0")}`;
}
