import {
  type Account,
  type DeliveryInterval,
  deliveryInterval,
  type EpochMs,
  epochMs,
  type Hex,
  intervalIndex,
  type Logger,
  type OrderSide,
  type OrderTiming,
  priceMicroPerKwh,
  type SignedCancel,
  type SignedOrder,
  type SigningDomain,
  type SimulatedClock,
  type Site,
  simulatedClock,
  siteId,
  type VenueContext,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import type { RejectionCode } from "../src/order/rejection.ts";
import { type BulkGroup, signBulk } from "../src/order/sign-bulk.ts";
import { signCancel, type UnsignedCancel } from "../src/order/sign-cancel.ts";
import { accountOfKey, signOrder, signReplacement, type UnsignedOrder } from "../src/order/sign-order.ts";
import { signingDomain } from "../src/order/typed-data.ts";

/** The community of the sample market. */
export const COMMUNITY = "sonnenweg";

/** The interval of most tests. */
export const INTERVAL: DeliveryInterval = deliveryInterval(intervalIndex(1_994_040), 15);
/** A minute before {@link INTERVAL}, when its gate is open. */
export const BEFORE: EpochMs = epochMs(INTERVAL.startMs - 60_000);

/** The key of the sample home with this number. */
export function keyOf(home: number): Hex {
  return `0x${home.toString(16).padStart(64, "0")}`;
}

/** Homes 1 to 4; each may import 10 kW and export 8 kW, which is 2,500 and 2,000 Wh in 15 minutes. */
export const SITES: readonly Site[] = [1, 2, 3, 4].map((home) => ({
  id: siteId(`home-${home}`),
  account: accountOfKey(keyOf(home)),
  feeder: "feeder-1",
  limits: { importPowerMaxW: watts(10_000), exportPowerMaxW: watts(8_000) },
}));

/** The domain of a market that settles on a chain. */
export const DOMAIN: SigningDomain = signingDomain(31_337, `0x${"0c".repeat(20)}` as Account);

/** Domains that are not {@link DOMAIN}, each with what its market says to them. */
export const WRONG_DOMAINS: readonly (readonly [RejectionCode, unknown])[] = [
  ["wrong-domain", undefined],
  ["wrong-domain", { ...DOMAIN, name: "Uncommonwatt" }],
  ["wrong-version", { ...DOMAIN, version: "2" }],
  ["wrong-chain", { ...DOMAIN, chainId: 1 }],
  ["wrong-contract", { ...DOMAIN, verifyingContract: `0x${"0d".repeat(20)}` }],
];

let salts = 0;

/** An order of a sample home, signed; without a salt it gets one that no other order of the process has. */
export function orderOf(
  home: number,
  side: OrderSide,
  energy: number,
  price: number,
  interval: DeliveryInterval = INTERVAL,
  salt: number = ++salts,
): SignedOrder {
  return signOrder(unsignedOf(home, side, energy, price, interval, salt), keyOf(home));
}

/** As {@link orderOf}, in the place of the home's order `replaces`. */
export function replacementOf(
  home: number,
  side: OrderSide,
  energy: number,
  price: number,
  replaces: Hex,
  salt: number = ++salts,
  interval: DeliveryInterval = INTERVAL,
): SignedOrder {
  return signReplacement(unsignedOf(home, side, energy, price, interval, salt), replaces, keyOf(home));
}

/** As {@link orderOf}, and it says how long it holds. */
export function timedOf(
  home: number,
  side: OrderSide,
  energy: number,
  price: number,
  timing: OrderTiming,
  interval: DeliveryInterval = INTERVAL,
): SignedOrder {
  return signOrder({ ...unsignedOf(home, side, energy, price, interval, ++salts), timing }, keyOf(home));
}

/** Bids of 100 Wh at 200 000 of a sample home, one in each of these intervals, signed at once. */
export function bulkOf(
  home: number,
  group: BulkGroup,
  intervals: readonly DeliveryInterval[],
): readonly SignedOrder[] {
  const orders = intervals.map((interval) => unsignedOf(home, "bid", 100, 200_000, interval, ++salts));
  return signBulk(orders, group, keyOf(home));
}

/** What a sample home takes back, signed. */
export function cancelOf(home: number, what: CancelSubject): SignedCancel {
  return signCancel({ community: COMMUNITY, siteId: siteId(`home-${home}`), ...what }, keyOf(home));
}

type CancelSubject = UnsignedCancel extends infer Kind
  ? Kind extends unknown
    ? Omit<Kind, "community" | "siteId">
    : never
  : never;

function unsignedOf(
  home: number,
  side: OrderSide,
  energy: number,
  price: number,
  interval: DeliveryInterval,
  salt: number,
): UnsignedOrder {
  return {
    community: COMMUNITY,
    siteId: siteId(`home-${home}`),
    side,
    intervalIndex: interval.index,
    energyWh: wattHours(energy),
    limitPrice: priceMicroPerKwh(price),
    salt: `0x${salt.toString(16).padStart(64, "0")}`,
  };
}

/** What a logger was told: level and message. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** A logger that keeps its lines. */
function recordingLogger(lines: LogLine[]): Logger {
  const at =
    (level: string) =>
    (_: object, message: string): void => {
      lines.push({ level, message });
    };
  const logger: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => logger,
  };
  return logger;
}

/** A venue's context whose clock stands before the gate of {@link INTERVAL}. */
export interface SampleContext extends VenueContext {
  readonly clock: SimulatedClock;
  readonly lines: LogLine[];
}

/** What a venue of the sample community needs, its journal in `directory`. */
export function sampleContext(directory: string): SampleContext {
  const lines: LogLine[] = [];
  return {
    community: COMMUNITY,
    domain: null,
    clock: simulatedClock(BEFORE),
    logger: recordingLogger(lines),
    lines,
    directory,
    sites: SITES,
    tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
  };
}
