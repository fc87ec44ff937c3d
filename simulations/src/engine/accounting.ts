import assert from "node:assert/strict";
import { deliverableWh, exportLeftWh, feeOfNano, makeWholePrice, takeableWh } from "@commonwatt/settlement";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { ResultColumns } from "./columns.ts";
import type { IntervalOrders } from "./interval-orders.ts";
import type { Lumps, MarketRun, Positions, Welfare } from "./market-run.ts";
import { GRID, TradeColumns } from "./trade-columns.ts";

/** What the money of one interval adds up to, in nano. */
interface Sums {
  operator: number;
  grid: number;
  fees: number;
  settledWh: number;
  tradedWh: number;
}

/**
 * Accounts whole intervals as `accountInterval` does, by the same rules on bare numbers; beyond it, trades with
 * two prices, whose difference is the operator's, and trades with the grid, which delivers and takes whatever is
 * asked for, so that nobody makes it whole.
 */
export class Accounting {
  /** Of the interval that was accounted last. */
  readonly trades: TradeColumns = new TradeColumns();
  readonly #neighbourhood: Neighbourhood;
  readonly #columns: ResultColumns;
  readonly #market: MarketRun;
  readonly #welfare: Welfare = { welfareNano: 0, bestNano: 0 };
  readonly #positions: Positions;
  /** Of the interval, by home. */
  readonly #creditNano: Float64Array;
  readonly #debitNano: Float64Array;
  readonly #netSettledWh: Float64Array;
  readonly #sums: Sums = { operator: 0, grid: 0, fees: 0, settledWh: 0, tradedWh: 0 };

  constructor(neighbourhood: Neighbourhood, columns: ResultColumns, market: MarketRun) {
    const homes = neighbourhood.siteIds.length;
    this.#neighbourhood = neighbourhood;
    this.#columns = columns;
    this.#market = market;
    this.#positions = { soldWh: new Int32Array(homes), boughtWh: new Int32Array(homes) };
    this.#creditNano = new Float64Array(homes);
    this.#debitNano = new Float64Array(homes);
    this.#netSettledWh = new Float64Array(homes);
  }

  /** Accounts the interval of these orders, in which each home metered so much; + is import. */
  account(orders: IntervalOrders, meteredWh: Int32Array): void {
    const homes = this.#neighbourhood.siteIds.length;
    const sums = this.#sums;
    this.#positions.soldWh.fill(0);
    this.#positions.boughtWh.fill(0);
    this.#creditNano.fill(0);
    this.#debitNano.fill(0);
    this.#netSettledWh.fill(0);
    sums.operator = sums.grid = sums.fees = sums.settledWh = sums.tradedWh = 0;
    this.#market.addPositions(orders, this.#positions, 0, homes);
    const lumps = this.#market.settle(orders, this.trades, this.#welfare);
    this.#settleTrades(orders.interval, meteredWh);
    this.#addLumps(lumps);
    this.#closeHomes(orders.interval, meteredWh);
    this.#addInterval(orders);
  }

  #settleTrades(interval: number, meteredWh: Int32Array): void {
    const { retailPrice, feedInPrice, feePpm } = this.#neighbourhood;
    const { homes } = this.#columns;
    const { soldWh, boughtWh } = this.#positions;
    const { sellers, buyers, energyWh, buyerPrices, sellerPrices, count } = this.trades;
    const [creditNano, debitNano, netSettledWh, sums] = [
      this.#creditNano,
      this.#debitNano,
      this.#netSettledWh,
      this.#sums,
    ];
    const { settledSoldWh, settledBoughtWh, feeNano } = homes;
    const retail = retailPrice[interval] as number;
    const feedIn = feedInPrice[interval] as number;
    for (let at = 0; at < count; at++) {
      const seller = sellers[at] as number;
      const buyer = buyers[at] as number;
      const tradeWh = energyWh[at] as number;
      const buyerPrice = buyerPrices[at] as number;
      const sellerPrice = sellerPrices[at] as number;
      if (seller === GRID || buyer === GRID) {
        this.#settleWithGrid(seller, buyer, tradeWh, buyerPrice, sellerPrice, meteredWh);
        continue;
      }
      const sellerNetWh = (soldWh[seller] as number) - (boughtWh[seller] as number);
      const buyerNetWh = (soldWh[buyer] as number) - (boughtWh[buyer] as number);
      const deliveredWh = deliverableWh(tradeWh, sellerNetWh, Math.max(0, -(meteredWh[seller] as number)));
      const takenWh = takeableWh(tradeWh, buyerNetWh, Math.max(0, meteredWh[buyer] as number));
      const settledWh = Math.min(deliveredWh, takenWh);
      const paid = settledWh * buyerPrice;
      const received = settledWh * sellerPrice;
      const shortWh = takenWh - deliveredWh;
      let credit = received;
      let debit = paid;
      if (shortWh > 0) {
        const made = shortWh * makeWholePrice(shortWh, retail - buyerPrice);
        debitNano[seller] = (debitNano[seller] as number) + made;
        creditNano[buyer] = (creditNano[buyer] as number) + made;
      } else if (shortWh < 0) {
        const made = -shortWh * makeWholePrice(-shortWh, sellerPrice - feedIn);
        credit += made;
        debit += made;
      }
      if (feePpm !== 0) {
        const fee = feeOfNano(received, feePpm);
        credit -= fee;
        sums.fees += fee;
        feeNano[seller] = (feeNano[seller] as number) + fee;
      }
      creditNano[seller] = (creditNano[seller] as number) + credit;
      debitNano[buyer] = (debitNano[buyer] as number) + debit;
      settledSoldWh[seller] = (settledSoldWh[seller] as number) + settledWh;
      settledBoughtWh[buyer] = (settledBoughtWh[buyer] as number) + settledWh;
      netSettledWh[seller] = (netSettledWh[seller] as number) + settledWh;
      netSettledWh[buyer] = (netSettledWh[buyer] as number) - settledWh;
      sums.operator += paid - received;
      sums.settledWh += settledWh;
      sums.tradedWh += tradeWh;
    }
  }

  #settleWithGrid(
    seller: number,
    buyer: number,
    tradeWh: number,
    buyerPrice: number,
    sellerPrice: number,
    meteredWh: Int32Array,
  ): void {
    const { homes } = this.#columns;
    const { soldWh, boughtWh } = this.#positions;
    const home = seller === GRID ? buyer : seller;
    const netWh = (soldWh[home] as number) - (boughtWh[home] as number);
    const meter = meteredWh[home] as number;
    const add = (column: Float64Array, amount: number): void => {
      column[home] = (column[home] as number) + amount;
    };
    if (seller === GRID) {
      const settledWh = takeableWh(tradeWh, netWh, Math.max(0, meter));
      add(this.#debitNano, settledWh * buyerPrice);
      add(this.#netSettledWh, -settledWh);
      add(homes.settledBoughtWh, settledWh);
      add(homes.gridBoughtWh, settledWh);
      this.#sums.grid += settledWh * sellerPrice;
      this.#sums.operator += settledWh * (buyerPrice - sellerPrice);
    } else {
      const settledWh = deliverableWh(tradeWh, netWh, Math.max(0, -meter));
      add(this.#creditNano, settledWh * sellerPrice);
      add(this.#netSettledWh, settledWh);
      add(homes.settledSoldWh, settledWh);
      add(homes.gridSoldWh, settledWh);
      this.#sums.grid -= settledWh * buyerPrice;
      this.#sums.operator += settledWh * (buyerPrice - sellerPrice);
    }
  }

  #addLumps({ fees, gridFeesNano }: Lumps): void {
    for (const { home, amountNano } of fees) {
      const column = amountNano > 0 ? this.#debitNano : this.#creditNano;
      column[home] = (column[home] as number) + Math.abs(amountNano);
      this.#sums.operator += amountNano;
    }
    this.#sums.operator -= gridFeesNano;
    this.#sums.grid += gridFeesNano;
  }

  /** Closes the interval for every home: what is left is between it and its retailer. */
  #closeHomes(interval: number, meteredWh: Int32Array): void {
    const { retailPrice, feedInPrice } = this.#neighbourhood;
    const { homes, intervals } = this.#columns;
    const { soldWh: soldSum, boughtWh: boughtSum, creditNano: creditSum, debitNano: debitSum } = homes;
    const { withTradingNano, withoutTradingNano } = homes;
    const { soldWh, boughtWh } = this.#positions;
    const [creditNano, debitNano, netSettledWh] = [this.#creditNano, this.#debitNano, this.#netSettledWh];
    const retail = retailPrice[interval] as number;
    const feedIn = feedInPrice[interval] as number;
    const count = meteredWh.length;
    let [paid, received] = [0, 0];
    for (let home = 0; home < count; home++) {
      const meter = meteredWh[home] as number;
      const importWh = Math.max(meter, 0);
      const exportWh = Math.max(-meter, 0);
      const alone = exportWh * feedIn - importWh * retail;
      withoutTradingNano[home] = (withoutTradingNano[home] as number) + alone;
      const sold = soldWh[home] as number;
      const bought = boughtWh[home] as number;
      const credit = creditNano[home] as number;
      const debit = debitNano[home] as number;
      if (sold === 0 && bought === 0 && credit === 0 && debit === 0) {
        withTradingNano[home] = (withTradingNano[home] as number) + alone;
        continue;
      }
      const settledWh = netSettledWh[home] as number;
      const rest =
        exportLeftWh(importWh, exportWh, settledWh) * feedIn -
        exportLeftWh(exportWh, importWh, -settledWh) * retail;
      withTradingNano[home] = (withTradingNano[home] as number) + (credit - debit + rest);
      soldSum[home] = (soldSum[home] as number) + sold;
      boughtSum[home] = (boughtSum[home] as number) + bought;
      creditSum[home] = (creditSum[home] as number) + credit;
      debitSum[home] = (debitSum[home] as number) + debit;
      received += credit;
      paid += debit;
    }
    const { operator, grid, fees } = this.#sums;
    assert(
      paid === received + operator + grid + fees,
      `interval ${interval}: what was paid is what was received and kept`,
    );
    assert(Number.isSafeInteger(paid) && Number.isSafeInteger(received), "money is counted exactly");
    intervals.paidNano[interval] = paid;
    intervals.receivedNano[interval] = received;
  }

  #addInterval({ interval, count, keys, quantitiesWh, price }: IntervalOrders): void {
    const { intervals } = this.#columns;
    const { operator, grid, fees, settledWh, tradedWh } = this.#sums;
    let [bids, demandWh, totalWh] = [0, 0, 0];
    for (let at = 0; at < count; at++) {
      const isBid = (keys[at] as number) >= 0;
      const quantityWh = quantitiesWh[at] as number;
      totalWh += quantityWh;
      if (!isBid) continue;
      bids += 1;
      demandWh += quantityWh;
    }
    let members = 0;
    for (let at = 0; at < this.trades.count; at++) {
      if (this.trades.sellers[at] !== GRID && this.trades.buyers[at] !== GRID) members += 1;
    }
    intervals.price[interval] = price;
    intervals.tradedWh[interval] = tradedWh;
    intervals.settledWh[interval] = settledWh;
    intervals.trades[interval] = members;
    intervals.bids[interval] = bids;
    intervals.offers[interval] = count - bids;
    intervals.demandWh[interval] = demandWh;
    intervals.supplyWh[interval] = totalWh - demandWh;
    intervals.welfareNano[interval] = this.#welfare.welfareNano;
    intervals.bestWelfareNano[interval] = this.#welfare.bestNano;
    intervals.operatorNano[interval] = operator;
    intervals.gridNano[interval] = grid;
    intervals.feeNano[interval] = fees;
  }
}
