import { deviceId } from "../der/device-identity.ts";
import { siteId } from "../grid/site.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { SiteStatement, TradeSettlement } from "../ports/settlement.ts";
import type { BatchRecord, OutboxEntry, ReadingRow } from "../ports/store.ts";
import type { Clearing, Trade } from "../ports/trading-venue.ts";
import { epochMs } from "../time/clock.ts";
import { type IntervalIndex, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { moneyNano } from "../units/money.ts";
import { priceMicroPerKwh } from "../units/price.ts";

/** The largest number that a bigint column may hold here. */
export const LARGEST: number = Number.MAX_SAFE_INTEGER;
/** The interval of most records. */
export const interval: IntervalIndex = intervalIndex(1_978_123);

/** A trade; the number tells them apart. */
export const trade = (number: number, changes: Partial<Trade> = {}): Trade => ({
  id: `${interval}-${number}`,
  intervalIndex: interval,
  sellerId: siteId("home-1"),
  buyerId: siteId("home-2"),
  offerId: "0x01",
  bidId: "0x02",
  energyWh: wattHours(1_234 + number),
  price: priceMicroPerKwh(187_500),
  phase: number % 2 === 0 ? "continuous" : "call",
  ...changes,
});

/** A clearing with many trades, values at their limits. */
export const clearing: Clearing = {
  intervalIndex: interval,
  status: "cleared",
  clearedAtMs: epochMs(1_780_310_699_999),
  clearingPrice: priceMicroPerKwh(187_500),
  volumeWh: wattHours(LARGEST),
  continuous: {
    volumeWh: wattHours(LARGEST),
    tradeCount: 6,
    lowPrice: priceMicroPerKwh(-1),
    highPrice: priceMicroPerKwh(187_500),
    meanPrice: priceMicroPerKwh(120_001),
  },
  bidCount: 3,
  offerCount: 2,
  demand: [
    { price: priceMicroPerKwh(300_000), energyWh: wattHours(500) },
    { price: priceMicroPerKwh(-1), energyWh: wattHours(LARGEST) },
  ],
  supply: [],
  trades: Array.from({ length: 12 }, (_, i) => trade(i)),
};

/** A clearing without any trade. */
export const nothingTraded: Clearing = {
  ...clearing,
  intervalIndex: intervalIndex(interval + 1),
  status: "void",
  clearingPrice: null,
  volumeWh: wattHours(0),
  continuous: { volumeWh: wattHours(0), tradeCount: 0, lowPrice: null, highPrice: null, meanPrice: null },
  trades: [],
};

/** A signed reading of one meter. */
export const meterReading = (sequence: number, takenAtMs: number): SignedMeterReading => ({
  siteId: siteId("home-1"),
  sequence,
  takenAtMs: epochMs(takenAtMs),
  importWh: wattHours(LARGEST),
  exportWh: wattHours(sequence * 10),
  meterKey: `0x04${"ab".repeat(64)}`,
  signature: `0x${"cd".repeat(64)}`,
});

const settlementOf = (number: number): TradeSettlement => ({
  trade: trade(number, { price: priceMicroPerKwh(-5) }),
  settledWh: wattHours(1_000),
  paidNano: moneyNano(-(10n ** 40n) - 1n),
  sellerMakeWholeNano: moneyNano(0n),
  buyerMakeWholeNano: moneyNano(9_007_199_254_740_993n),
});

/** A statement of one site; every value is another one. */
export const statement = (site: string): SiteStatement => ({
  siteId: siteId(site),
  intervalIndex: interval,
  soldWh: wattHours(1),
  boughtWh: wattHours(2),
  settledSoldWh: wattHours(3),
  settledBoughtWh: wattHours(4),
  meteredImportWh: wattHours(5),
  meteredExportWh: wattHours(LARGEST),
  creditNano: moneyNano(7n),
  debitNano: moneyNano(8n),
  withTradingNano: moneyNano(-(2n ** 100n)),
  withoutTradingNano: moneyNano(-1n),
});

/** A batch that settles one interval. */
export const batch = (number: number): BatchRecord => ({
  number,
  intervalIndex: intervalIndex(interval + number),
  status: "stored",
  headerHash: `0x${number.toString(16).padStart(64, "0")}`,
  header: { root: "0xaa", sums: ["1", "2"], archiveHash: `0x0a${number}` },
  // Keys out of order, a number's form and a NUL: text keeps what jsonb would change or refuse.
  archive: { z: 1, a: [{ energy: "18446744073709551616", ratio: 1e21 }], note: "ü\u0000\u2028" },
  settlement: {
    intervalIndex: intervalIndex(interval + number),
    batchNumber: number,
    settledWh: wattHours(2_000),
    trades: [settlementOf(11), settlementOf(2)],
    statements: [statement("home-2"), statement("home-1")],
  },
  commitHash: null,
  finalizeHash: null,
  payHash: null,
});

/** An entry of the outbox. */
export const entry = (key: string, nonce: number): OutboxEntry => ({
  key,
  sender: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  nonce,
  rawTransaction: `0x02${nonce}`,
  transactionHash: `0x${nonce.toString().padStart(64, "0")}`,
  status: "pending",
});

/** A reading of one device; `null` is missing, with a reason. */
export const reading = (point: ReadingRow["point"], takenAtMs: number, value: number | null): ReadingRow => ({
  takenAtMs: epochMs(takenAtMs),
  siteId: siteId("home-1"),
  deviceId: deviceId("home-1/inverter"),
  point,
  value,
  quality: value === null ? "unavailable" : "good",
  reason: value === null ? "model 124 is not there" : null,
});
