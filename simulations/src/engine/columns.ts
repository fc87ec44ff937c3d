import type { SiteId } from "@commonwatt/vpp-core";
import type { HomeColumns, IntervalColumns, TraceColumns } from "./simulation-result.ts";

/** Columns of so many intervals, all 0 but the prices, which are −1. */
export function createIntervalColumns(intervals: number): IntervalColumns {
  const sums = (): Float64Array => new Float64Array(intervals);
  const counts = (): Int32Array => new Int32Array(intervals);
  return {
    price: counts().fill(-1),
    tradedWh: sums(),
    settledWh: sums(),
    trades: counts(),
    bids: counts(),
    offers: counts(),
    demandWh: sums(),
    supplyWh: sums(),
    loadWh: sums(),
    pvWh: sums(),
    curtailedWh: sums(),
    importWh: sums(),
    exportWh: sums(),
    communityImportWh: sums(),
    communityExportWh: sums(),
    chargedWh: sums(),
    dischargedWh: sums(),
    welfareNano: sums(),
    bestWelfareNano: sums(),
    paidNano: sums(),
    receivedNano: sums(),
    operatorNano: sums(),
    gridNano: sums(),
    feeNano: sums(),
  };
}

/** Columns of these homes, all 0. */
export function createHomeColumns(siteIds: readonly SiteId[]): HomeColumns {
  const sums = (): Float64Array => new Float64Array(siteIds.length);
  return {
    siteIds,
    loadWh: sums(),
    pvWh: sums(),
    curtailedWh: sums(),
    importWh: sums(),
    exportWh: sums(),
    soldWh: sums(),
    boughtWh: sums(),
    settledSoldWh: sums(),
    settledBoughtWh: sums(),
    gridSoldWh: sums(),
    gridBoughtWh: sums(),
    creditNano: sums(),
    debitNano: sums(),
    feeNano: sums(),
    withTradingNano: sums(),
    withoutTradingNano: sums(),
    chargedWh: sums(),
    dischargedWh: sums(),
    cycles: sums(),
    endStoredWh: sums(),
    loadErrorWh: sums(),
    pvErrorWh: sums(),
    netLoadErrorWh: sums(),
    netLoadBiasWh: sums(),
  };
}

/** Columns of so many intervals of the traced homes, all 0. */
export function createTraceColumns(siteIds: readonly SiteId[], intervals: number): TraceColumns {
  const values = (): Int32Array => new Int32Array(siteIds.length * intervals);
  return {
    siteIds,
    importWh: values(),
    exportWh: values(),
    storedWh: values(),
    soldWh: values(),
    boughtWh: values(),
  };
}
