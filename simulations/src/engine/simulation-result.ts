import type { BookOrder, RadialNetwork } from "@commonwatt/market";
import type { Hex, SiteId } from "@commonwatt/vpp-core";

/** What a simulation came to: exact whole numbers, in micro per kWh, Wh and nano. */
export interface SimulationResult {
  /**
   * SHA-256 over all columns of intervals and homes but those of ageing, which follow from the others' course: the same
   * for any order of homes and number of workers.
   */
  readonly hash: Hex;
  /**
   * In every interval buyers paid to the nano what sellers got, the operator and the grid kept, and fees; and all
   * energy that was metered, produced, used and stored balances. A run in which this fails ends with an error.
   */
  readonly conserved: boolean;
  readonly intervals: IntervalColumns;
  readonly homes: HomeColumns;
  /** How good the forecast was; not part of the hash. */
  readonly forecasts: ForecastColumns;
  /** `null` unless asked for. */
  readonly trace: TraceColumns | null;
  /** `null` unless it was cleared within the limits of a network. */
  readonly network: NetworkColumns | null;
  /** Those asked for. */
  readonly books: readonly IntervalBook[];
  /** In the order in which they were made; none unless asked for. */
  readonly trades: readonly MemberTrade[];
}

/** By interval, `[t]`: sums over all homes unless said otherwise. */
export interface IntervalColumns {
  /** Mean price of what members traded with each other, rounded down, in micro per kWh; −1 when nothing was. */
  readonly price: Int32Array;
  /** Energy from members to members, as cleared, and what of it was both delivered and taken. */
  readonly tradedWh: Float64Array;
  readonly settledWh: Float64Array;
  readonly trades: Int32Array;
  /** How many orders there were. */
  readonly bids: Int32Array;
  readonly offers: Int32Array;
  /** What they asked for and offered. */
  readonly demandWh: Float64Array;
  readonly supplyWh: Float64Array;
  readonly loadWh: Float64Array;
  /** What the inverters would have given without limits; `curtailedWh` of it was lost to them. */
  readonly pvWh: Float64Array;
  readonly curtailedWh: Float64Array;
  /** Sums of the homes' meters. */
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** At the transformer: the net of all meters, one of the two is 0. */
  readonly communityImportWh: Float64Array;
  readonly communityExportWh: Float64Array;
  /** Into and out of the batteries, at their terminals, rounded down. */
  readonly chargedWh: Float64Array;
  readonly dischargedWh: Float64Array;
  /** What the clearing was worth at the orders' limits, and the best that the orders allowed. */
  readonly welfareNano: Float64Array;
  readonly bestWelfareNano: Float64Array;
  /** What members paid for energy and lumps, what they got, and who kept the difference. */
  readonly paidNano: Float64Array;
  readonly receivedNano: Float64Array;
  readonly operatorNano: Float64Array;
  /** What the grid got through a mechanism that trades with it; the rest is between homes and their retailers. */
  readonly gridNano: Float64Array;
  readonly feeNano: Float64Array;
}

/** By home over the whole run, `[h]`. */
export interface HomeColumns {
  readonly siteIds: readonly SiteId[];
  readonly loadWh: Float64Array;
  readonly pvWh: Float64Array;
  readonly curtailedWh: Float64Array;
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** Cleared, and settled of it; with neighbours and, in a mechanism that trades with it, the grid. */
  readonly soldWh: Float64Array;
  readonly boughtWh: Float64Array;
  readonly settledSoldWh: Float64Array;
  readonly settledBoughtWh: Float64Array;
  /** What of the settled energy went to the grid or came from it. */
  readonly gridSoldWh: Float64Array;
  readonly gridBoughtWh: Float64Array;
  /** From trades, make-wholes and lumps, in (fees taken off) and out. */
  readonly creditNano: Float64Array;
  readonly debitNano: Float64Array;
  readonly feeNano: Float64Array;
  /** What the home gains (+) or pays (−) in all, its retailer's rest included. */
  readonly withTradingNano: Float64Array;
  /** What its meter would have come to at the retailer alone. */
  readonly withoutTradingNano: Float64Array;
  /** Into and out of the battery at its terminals, rounded down. */
  readonly chargedWh: Float64Array;
  readonly dischargedWh: Float64Array;
  /** Discharged energy by what the battery may hold; 0 without one. */
  readonly cycles: Float64Array;
  /** Of the store: half of what went in and out, by its capacity. */
  readonly fullCycles: Float64Array;
  /** Millionths of its capacity that a new battery would lose by lying and by cycling as in this run, rounded. */
  readonly calendarLossPpm: Float64Array;
  readonly cycleLossPpm: Float64Array;
  readonly endStoredWh: Float64Array;
  /** Sums over the intervals that were bid for: of |expected − real|, and of expected − real net load. */
  readonly loadErrorWh: Float64Array;
  readonly pvErrorWh: Float64Array;
  readonly netLoadErrorWh: Float64Array;
  readonly netLoadBiasWh: Float64Array;
}

/** How good the forecast was, by home, `[h]`; what it was off in all is in {@link HomeColumns}. */
export interface ForecastColumns {
  /** How many intervals were bid for. */
  readonly intervals: Float64Array;
  /** Sums over them of expected − real. */
  readonly loadBiasWh: Float64Array;
  readonly pvBiasWh: Float64Array;
  /** Sums over them, and over the quantiles 0.1, 0.5 and 0.9, of ten times the pinball loss. */
  readonly loadPinballTenthsWh: Float64Array;
  readonly pvPinballTenthsWh: Float64Array;
  /** In how many reality was between the quantiles 0.1 and 0.9; 0 for a forecast that names one number. */
  readonly loadInside: Float64Array;
  readonly pvInside: Float64Array;
}

/** By interval and traced home, `[t * siteIds.length + i]`. */
export interface TraceColumns {
  readonly siteIds: readonly SiteId[];
  readonly importWh: Int32Array;
  readonly exportWh: Int32Array;
  /** At the end of the interval. */
  readonly storedWh: Int32Array;
  readonly soldWh: Int32Array;
  readonly boughtWh: Int32Array;
}

/** What a clearing within a network found, by interval. */
export interface NetworkColumns {
  readonly zones: readonly string[];
  /** `[t * zones.length + zone]`, in micro per kWh; −1 where nothing was traded in the zone. */
  readonly zonePrices: Int32Array;
  /** What the trades would have been worth more without limits: above 0 a limit kept something back. */
  readonly keptBackNano: Float64Array;
  /** How many limits are passed by what homes take and give whatever is traded. */
  readonly passed: Int32Array;
}

/** The orders of one interval, as the mechanism saw them, and the seed that it drew by. */
export interface IntervalBook {
  readonly interval: number;
  readonly seed: string;
  readonly orders: readonly BookOrder[];
  /** What it cleared within; left out without limits. */
  readonly network?: RadialNetwork;
}

/** Energy from one member to another, as cleared; the operator keeps the difference of the prices. */
export interface MemberTrade {
  /** Which interval of the neighbourhood. */
  readonly interval: number;
  readonly sellerId: SiteId;
  readonly buyerId: SiteId;
  readonly energyWh: number;
  /** In micro per kWh. */
  readonly buyerPrice: number;
  readonly sellerPrice: number;
}
