import type { SiteId } from "@commonwatt/vpp-core";
import type { ForecastColumns, HomeColumns, IntervalColumns, TraceColumns } from "./simulation-result.ts";

/** Where results go: each thread has columns of its own, which are added up in the end. */
export interface ResultColumns {
  readonly intervals: IntervalColumns;
  readonly homes: HomeColumns;
  readonly forecasts: ForecastColumns;
}

/** Adds the columns of one thread to those of another: every number in them is a sum of parts. */
export function addColumns(to: ResultColumns, from: ResultColumns): void {
  for (const group of ["intervals", "homes", "forecasts"] as const) {
    const [toGroup, fromGroup] = [to[group], from[group]] as unknown as [Columns, Columns];
    for (const [name, column] of Object.entries(toGroup)) {
      const part = fromGroup[name];
      if (part === undefined || !ArrayBuffer.isView(column)) continue;
      for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) + (part[i] as number);
    }
  }
}

type Columns = Readonly<Record<string, Float64Array | Int32Array | undefined>>;

/** Columns of so many intervals, all 0. */
export function createIntervalColumns(intervals: number): IntervalColumns {
  const sums = (): Float64Array => new Float64Array(intervals);
  const counts = (): Int32Array => new Int32Array(intervals);
  return {
    price: counts(),
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
    fullCycles: sums(),
    calendarLossPpm: sums(),
    cycleLossPpm: sums(),
    endStoredWh: sums(),
    loadErrorWh: sums(),
    pvErrorWh: sums(),
    netLoadErrorWh: sums(),
    netLoadBiasWh: sums(),
  };
}

/** Scores of forecasts for so many homes, all 0. */
export function createForecastColumns(homes: number): ForecastColumns {
  const sums = (): Float64Array => new Float64Array(homes);
  return {
    intervals: sums(),
    loadBiasWh: sums(),
    pvBiasWh: sums(),
    loadPinballTenthsWh: sums(),
    pvPinballTenthsWh: sums(),
    loadInside: sums(),
    pvInside: sums(),
  };
}

/** Columns of so many intervals of the traced homes, all 0, in memory that threads can share. */
export function createTraceColumns(siteIds: readonly SiteId[], intervals: number): TraceColumns {
  const bytes = siteIds.length * intervals * Int32Array.BYTES_PER_ELEMENT;
  const values = (): Int32Array => new Int32Array(new SharedArrayBuffer(bytes));
  return {
    siteIds,
    importWh: values(),
    exportWh: values(),
    storedWh: values(),
    soldWh: values(),
    boughtWh: values(),
  };
}
