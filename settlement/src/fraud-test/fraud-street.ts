import { domainSeparator, orderId, signOrder } from "@commonwatt/market";
import {
  type BookedOrder,
  type DeliveryInterval,
  deliveryInterval,
  epochMs,
  intervalIndex,
  priceMicroPerKwh,
  type Random,
  type SignedMeterReading,
  type SignedOrder,
  type SigningDomain,
  seededRandom,
  siteId,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import type { ArchivedAccount, BatchFile } from "../batch/batch-archive.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { accountOfKey } from "../chain/signer.ts";
import { keccakText } from "../hash/keccak.ts";
import { meterSigner } from "../metering/meter-signer.ts";
import type { FraudHome } from "./fraud-home.ts";
import { honestOrders } from "./honest-orders.ts";
import { honestTrades } from "./honest-trades.ts";

/** The community of the test. */
export const FRAUD_COMMUNITY = "fraud-street";
/** What the test's batches are accounted by: with a fee, so that fees can be lied about. */
export const FRAUD_RULES: BatchRules = {
  ...{ retailPrice: 300_000, feedInPrice: 80_000, feePpm: 10_000 },
  ...{ intervalMs: 900_000, gateClosureMs: 90_000 },
};
/** What every connection allows. */
export const POWER_MAX_W = 11_000;

const INTERVAL_MINUTES = 15;
const HOMES = 8;

/** Homes and honest batches of theirs. */
export interface FraudStreet {
  /** Homes with a meter; the last of them always delivers, so that it never owes anybody anything. */
  readonly homes: readonly FraudHome[];
  /** What orders are signed for. */
  readonly domain: SigningDomain;
  /** The accounts of the homes, and one that is no site. */
  readonly accounts: readonly ArchivedAccount[];
  readonly intervals: readonly [DeliveryInterval, DeliveryInterval];
  /** An order for the second interval that its account puts into the inbox. */
  readonly inbox: SignedOrder;
  /** The first batch, on which all others build. */
  readonly first: BatchFile;
  /** One of many honest second batches. */
  second(random: Random): BatchFile;
}

/** Makes the street, before a court; its intervals begin some minutes after a time in seconds. */
export function fraudStreet(seed: string, domain: SigningDomain, nowSeconds: number): FraudStreet {
  const homes = Array.from({ length: HOMES - 1 }, (_, number) => fraudHome(seed, number, domain));
  const [bidder] = homes;
  if (bidder === undefined) throw new Error("a street has homes");
  const accounts = [...homes.map(accountOf), strangerOf(seed)];
  const next = Math.ceil((nowSeconds * 1_000) / FRAUD_RULES.intervalMs) + 2;
  const intervalAt = (index: number): DeliveryInterval =>
    deliveryInterval(intervalIndex(index), INTERVAL_MINUTES);
  const intervals = [intervalAt(next), intervalAt(next + 1)] as const;
  const inbox = signOrder(
    {
      ...{ community: FRAUD_COMMUNITY, domain, siteId: bidder.id, side: "bid", energyWh: wattHours(100) },
      ...{ intervalIndex: intervals[1].index, limitPrice: priceMicroPerKwh(1), salt: keccakText(seed) },
    },
    bidder.ownerKey,
  );
  const street = { homes, domain, accounts, intervals };
  const booked = { id: orderId(inbox), order: inbox, ended: null };
  const first = honestBatch(street, null, [], seededRandom(`${seed}/first`));
  return { ...street, inbox, first, second: (random) => honestBatch(street, first, [booked], random) };
}

function fraudHome(seed: string, number: number, domain: SigningDomain): FraudHome {
  const separator = domainSeparator({ community: FRAUD_COMMUNITY, domain });
  const ownerKey = keccakText(`${seed}/owner/${number}`);
  return {
    id: siteId(`home-${number + 1}`),
    ownerKey,
    account: accountOfKey(ownerKey),
    meter: meterSigner(keccakText(`${seed}/meter/${number}`), () => separator),
  };
}

function accountOf({ account, id, meter }: FraudHome): ArchivedAccount {
  const limits = { importMaxW: POWER_MAX_W, exportMaxW: POWER_MAX_W };
  return { account, siteId: id, meterKey: meter.meterKey, ...limits };
}

function strangerOf(seed: string): ArchivedAccount {
  const account = accountOfKey(keccakText(`${seed}/stranger`));
  return { account, siteId: null, meterKey: null, importMaxW: null, exportMaxW: null };
}

/** An interval in which people traded, delivered more or less, and a batch was made of it as it should be. */
function honestBatch(
  { homes, domain, accounts, intervals }: Pick<FraudStreet, "homes" | "domain" | "accounts" | "intervals">,
  previous: BatchFile | null,
  forced: readonly BookedOrder[],
  random: Random,
): BatchFile {
  const interval = intervals[previous === null ? 0 : 1];
  const signedFor = { community: FRAUD_COMMUNITY, domain };
  for (;;) {
    const orders = homes.flatMap((home, number) => {
      const side = number % 2 === 0 && number < homes.length - 1 ? "bid" : "offer";
      return honestOrders(home, signedFor, interval.index, side, random);
    });
    const live = orders.filter(({ ended }) => ended === null);
    const bid = live.find(({ order }) => order.side === "bid");
    const offer = live.find(({ order }) => order.side === "offer");
    const early = bid === undefined || offer === undefined ? [] : [[bid, offer] as const];
    const all = [...orders, ...forced];
    const { trades, clearingPrice } = honestTrades(interval.index, all, early);
    // A batch without a call auction's trade has less to lie about.
    if (clearingPrice === null) continue;
    return buildBatch(
      previous,
      {
        ...{ ...signedFor, interval, clearingPrice, rules: FRAUD_RULES, accounts },
        ...{ orders: all, trades, readings: honestReadings(homes, interval, trades, previous, random) },
        seed: keccakText(`${random.next()}/${random.next()}`),
      },
      "trusted",
    ).file;
  }
}

/** Four readings of each meter: around the start, in the middle, around the end; now and then one is missing. */
function honestReadings(
  homes: readonly FraudHome[],
  { startMs, endMs }: DeliveryInterval,
  trades: readonly Trade[],
  previous: BatchFile | null,
  random: Random,
): readonly SignedMeterReading[] {
  const base = previous === null ? 0 : 10;
  return homes.flatMap(({ id, meter }, number) => {
    const sold = trades.reduce((sum, one) => sum + (one.sellerId === id ? one.energyWh : 0), 0);
    const bought = trades.reduce((sum, one) => sum + (one.buyerId === id ? one.energyWh : 0), 0);
    const alwaysDelivers = number === homes.length - 1;
    const factor = alwaysDelivers ? 1.5 : random.between(0.4, 1.3);
    const exportWh = Math.floor(Math.max(0, sold - bought) * factor);
    const importWh = Math.floor(Math.max(0, bought - sold) * factor);
    const isExact = alwaysDelivers || random.next() < 0.5;
    const at = isExact
      ? [startMs, startMs + 450_000, endMs]
      : [startMs - 60_000, startMs + 60_000, endMs - 60_000, endMs + 60_000];
    const shares = isExact ? [0, 0.5, 1] : [0, 0.1, 0.9, 1];
    const readings = at.map((takenAtMs, step) =>
      meter.sign({
        ...{ siteId: id, sequence: base + step, takenAtMs: epochMs(takenAtMs) },
        importWh: wattHours(10_000 * (base + 1) + Math.floor(importWh * (shares[step] ?? 1))),
        exportWh: wattHours(10_000 * (base + 1) + Math.floor(exportWh * (shares[step] ?? 1))),
      }),
    );
    return !alwaysDelivers && random.next() < 0.1 ? readings.slice(0, -1) : readings;
  });
}
