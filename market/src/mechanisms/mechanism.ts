import type {
  Hex,
  MoneyNano,
  OrderSide,
  PriceMicroPerKwh,
  SiteId,
  Tariff,
  WattHours,
} from "@commonwatt/vpp-core";

import type { LinearSolver } from "../linear-program/linear-program.ts";
import type { RadialNetwork } from "../network/radial-network.ts";

/** An order as a mechanism sees it. */
export interface BookOrder {
  /** Unique within a book. */
  readonly id: Hex;
  /** Who wrote it. A trader is on one side of a book only, with as many orders as they like. */
  readonly trader: SiteId;
  readonly side: OrderSide;
  /** Above zero. */
  readonly energyWh: WattHours;
  readonly limitPrice: PriceMicroPerKwh;
  /** Where in the network its energy goes or comes from; only a clearing within network limits looks at it. */
  readonly zone?: string;
}

/** What a mechanism may look at beside the orders. */
export interface ClearingContext {
  /**
   * Decides every draw and every tie. The rank of a trader follows from the seed and the trader's name
   * alone, so that no order can be written to be lucky.
   */
  readonly seed: string;
  /** What the grid charges and pays; mechanisms whose promises need it throw an AssertionError without. */
  readonly tariff?: Tariff;
  /** What lies between the zones of the orders. */
  readonly network?: RadialNetwork;
  readonly solver?: LinearSolver;
}

/** `energyWh` from an offer to a bid: the buyer pays `buyerPrice`, the seller gets `sellerPrice`. */
export interface MechanismTrade {
  readonly bidId: Hex;
  readonly offerId: Hex;
  readonly energyWh: WattHours;
  readonly buyerPrice: PriceMicroPerKwh;
  readonly sellerPrice: PriceMicroPerKwh;
}

/** An order filled by the grid: a bid with energy from it, an offer with energy for it. */
export interface GridTrade {
  readonly orderId: Hex;
  readonly energyWh: WattHours;
  /** What the order pays or gets. */
  readonly price: PriceMicroPerKwh;
  /** What the grid gets for a bid, or pays for an offer. */
  readonly gridPrice: PriceMicroPerKwh;
}

/** A lump that a trader pays to the operator beside the price of the energy; below zero the trader gets it. */
export interface TraderFee {
  readonly trader: SiteId;
  readonly amount: MoneyNano;
}

/** Where energy flows, and what it is worth where; by zone and line of the network. */
export interface NetworkResult {
  readonly zonePrices: readonly { readonly zone: string; readonly price: PriceMicroPerKwh }[];
  /** What enters a line; lines through which nothing flows are left out. */
  readonly flows: readonly {
    readonly lineId: string;
    readonly from: string;
    readonly to: string;
    readonly sentWh: WattHours;
  }[];
}

/** What a rule decides; {@link MechanismOutcome} adds the accounts. */
export interface ClearingDecision {
  readonly trades: readonly MechanismTrade[];
  readonly gridTrades?: readonly GridTrade[];
  readonly fees?: readonly TraderFee[];
  /** What the operator passes on to the grid for the use of its lines. */
  readonly gridFees?: MoneyNano;
  readonly network?: NetworkResult | null;
}

/**
 * What a mechanism makes of a book. Money is exact, in nano, and to the last nano
 * `paid by buyers = got by sellers + operator + grid`, fees included on the side of who pays them.
 */
export interface MechanismOutcome extends Required<ClearingDecision> {
  /** The price of every trade, for both sides; `null` when there is no such price. */
  readonly clearingPrice: PriceMicroPerKwh | null;
  /** Energy from traders to traders. */
  readonly volumeWh: WattHours;
  /** What stays with the operator; below zero it is what the operator has to bring. */
  readonly operator: MoneyNano;
  /** What the grid gets from the community; below zero it is what the grid pays. */
  readonly grid: MoneyNano;
}

/**
 * What a mechanism promises. The property suite holds it to each, and for every mechanism to what none may
 * break: nobody trades against a limit or more than they asked for, energy and cash balance exactly, the
 * order in which orders are given does not matter, the same seed gives the same outcome.
 */
export interface MechanismPromises {
  /** The trades have the highest welfare that the orders, and the network where there is one, allow. */
  readonly efficient: boolean;
  /**
   * The operator's account: always zero; never below zero and less than one nano for each Wh filled; never
   * below zero; never above zero.
   */
  readonly operator: "zero" | "rounding" | "surplus" | "deficit";
  /**
   * Who can't gain by a lie: nobody promised; traders with one order each, all for the same energy; traders
   * with one order of any energy, by a lie about the price; traders with any orders.
   */
  readonly truthfulFor: "nobody" | "unit-traders" | "single-orders" | "all-traders";
  /** No bid is left that would pay what an offer that is left asks for. */
  readonly leavesNoCrossing: boolean;
  /**
   * With orders of one energy, welfare is at least `1 − 1/K` of the best, K trades being the best; with a
   * lottery, on average over its draws.
   */
  readonly losesOneTradeAtMost: boolean;
  /** Every trade has one price for both sides and nobody pays fees: it may clear a live market. */
  readonly onePricePerTrade: boolean;
  /** What its {@link ClearingContext} must hold beside the seed. */
  readonly needs: "nothing" | "tariff" | "network";
}

/** A pure rule that turns a book into trades. */
export interface Mechanism {
  readonly name: string;
  /** Where the rule is from. */
  readonly source: string;
  /** The k it runs with, in thousandths; `null` for a rule without. */
  readonly kPerMille: number | null;
  readonly promises: MechanismPromises;
  /**
   * Throws an AssertionError for a book that is none: ids that repeat, energy that is not above zero or sums
   * up past the safe integers, a trader on both sides.
   */
  clear(orders: readonly BookOrder[], context: ClearingContext): MechanismOutcome;
}
