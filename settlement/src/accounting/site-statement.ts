import {
  amountOf,
  type IntervalIndex,
  type MoneyNano,
  moneyNano,
  type SiteId,
  type SiteStatement,
  type Tariff,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";

/** What a site's meter counted in an interval. */
export interface MeteredEnergy {
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/** What a site's trades add up to. */
export interface SiteSums {
  soldWh: number;
  boughtWh: number;
  settledSoldWh: number;
  settledBoughtWh: number;
  creditNano: bigint;
  debitNano: bigint;
}

/** What the interval came to for one site, with and without its neighbours. */
export function siteStatement(
  siteId: SiteId,
  intervalIndex: IntervalIndex,
  sums: SiteSums,
  energy: MeteredEnergy,
  tariff: Tariff,
): SiteStatement {
  const { creditNano, debitNano } = sums;
  const rest = energyLeftToRetailer(energy, sums.settledSoldWh - sums.settledBoughtWh);
  return {
    siteId,
    intervalIndex,
    soldWh: wattHours(sums.soldWh),
    boughtWh: wattHours(sums.boughtWh),
    settledSoldWh: wattHours(sums.settledSoldWh),
    settledBoughtWh: wattHours(sums.settledBoughtWh),
    meteredImportWh: energy.importWh,
    meteredExportWh: energy.exportWh,
    creditNano: moneyNano(creditNano),
    debitNano: moneyNano(debitNano),
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
export function energyLeftToRetailer(energy: MeteredEnergy, netSettledSoldWh: number): MeteredEnergy {
  const { importWh, exportWh } = energy;
  return {
    exportWh: wattHours(exportLeftWh(importWh, exportWh, netSettledSoldWh)),
    importWh: wattHours(exportLeftWh(exportWh, importWh, -netSettledSoldWh)),
  };
}

/**
 * The export of {@link energyLeftToRetailer} on bare numbers; its import is the same with the two registers
 * and the sign of what is settled exchanged.
 */
export function exportLeftWh(importWh: number, exportWh: number, netSettledSoldWh: number): number {
  const leftExportWh = exportWh - Math.max(0, netSettledSoldWh);
  const leftImportWh = importWh - Math.max(0, -netSettledSoldWh);
  return Math.max(0, leftExportWh) + Math.max(0, -leftImportWh);
}
