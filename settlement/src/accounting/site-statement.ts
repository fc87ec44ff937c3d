import {
  amountOf,
  type IntervalIndex,
  type MoneyNano,
  moneyNano,
  type SiteId,
  type SiteStatement,
  sumMoney,
  type Tariff,
  type TradeSettlement,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";

/** What a site's meter counted in an interval. */
export interface MeteredEnergy {
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/** What a statement is made from. */
export interface StatementInput {
  readonly siteId: SiteId;
  readonly intervalIndex: IntervalIndex;
  readonly energy: MeteredEnergy;
  /** The site's settled sales. */
  readonly sales: readonly TradeSettlement[];
  /** The site's settled purchases. */
  readonly purchases: readonly TradeSettlement[];
  readonly tariff: Tariff;
}

/** What the interval came to for one site, with and without its neighbours. */
export function siteStatement(input: StatementInput): SiteStatement {
  const { siteId, intervalIndex, energy, sales, purchases, tariff } = input;
  const settledSoldWh = totalWh(sales, ({ settledWh }) => settledWh);
  const settledBoughtWh = totalWh(purchases, ({ settledWh }) => settledWh);
  const creditNano = sumMoney([
    ...sales.flatMap(({ paidNano, buyerMakeWholeNano }) => [paidNano, buyerMakeWholeNano]),
    ...purchases.map(({ sellerMakeWholeNano }) => sellerMakeWholeNano),
  ]);
  const debitNano = sumMoney([
    ...purchases.flatMap(({ paidNano, buyerMakeWholeNano }) => [paidNano, buyerMakeWholeNano]),
    ...sales.map(({ sellerMakeWholeNano }) => sellerMakeWholeNano),
  ]);
  const rest = energyLeftToRetailer(energy, settledSoldWh - settledBoughtWh);
  return {
    siteId,
    intervalIndex,
    soldWh: totalWh(sales, ({ trade }) => trade.energyWh),
    boughtWh: totalWh(purchases, ({ trade }) => trade.energyWh),
    settledSoldWh,
    settledBoughtWh,
    meteredImportWh: energy.importWh,
    meteredExportWh: energy.exportWh,
    creditNano,
    debitNano,
    withTradingNano: moneyNano(creditNano - debitNano + retailerAmount(rest, tariff)),
    withoutTradingNano: retailerAmount(energy, tariff),
  };
}

/** What the retailer pays (+) or asks (−) for metered energy. */
function retailerAmount(energy: MeteredEnergy, tariff: Tariff): MoneyNano {
  return moneyNano(
    amountOf(energy.exportWh, tariff.feedInPrice) - amountOf(energy.importWh, tariff.retailPrice),
  );
}

/**
 * The energy that is left between a site and its retailer once its net settled sales (−: purchases) are
 * taken off its meter. A site that settled more than it metered (it sold on what a neighbour then failed
 * to deliver) has the difference on the other side.
 */
function energyLeftToRetailer(energy: MeteredEnergy, netSettledSoldWh: number): MeteredEnergy {
  const exportWh = energy.exportWh - Math.max(0, netSettledSoldWh);
  const importWh = energy.importWh - Math.max(0, -netSettledSoldWh);
  return {
    exportWh: wattHours(Math.max(0, exportWh) + Math.max(0, -importWh)),
    importWh: wattHours(Math.max(0, importWh) + Math.max(0, -exportWh)),
  };
}

function totalWh(
  settlements: readonly TradeSettlement[],
  energyWh: (settlement: TradeSettlement) => WattHours,
): WattHours {
  return wattHours(settlements.reduce((sum, settlement) => sum + energyWh(settlement), 0));
}
