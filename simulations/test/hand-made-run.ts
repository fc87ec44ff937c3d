import { epochMs, siteId, wattHours, watts } from "@commonwatt/vpp-core";
import type {
  ForecastColumns,
  HomeColumns,
  IntervalColumns,
  SimulationResult,
} from "../src/engine/simulation-result.ts";
import type { KpiInput } from "../src/kpis/kpi.ts";
import { createNeighbourhood } from "../src/neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../src/neighbourhood/neighbourhood.ts";

const BATTERY = {
  capacityWh: wattHours(4_000),
  storedMinWh: wattHours(0),
  storedMaxWh: wattHours(4_000),
  chargePowerMaxW: watts(2_000),
  dischargePowerMaxW: watts(2_000),
  chargeEfficiencyPermille: 1_000,
  dischargeEfficiencyPermille: 1_000,
  startStoredWh: wattHours(1_000),
  reserveWh: wattHours(0),
  inverterPowerMaxW: null,
  replacementPricePerKwh: 500,
};

/** Two homes, one with modules and a battery, over two hours. */
export function twoHomes(): Neighbourhood {
  const common = { importPowerMaxW: 10_000, exportPowerMaxW: 10_000, strategy: "truthful" } as const;
  return createNeighbourhood(
    {
      community: "hand-made",
      intervalMinutes: 60,
      startMs: epochMs(0),
      intervals: 2,
      retailPrice: [300_000, 300_000],
      feedInPrice: [100_000, 100_000],
      carbonGPerKwh: [500, 200],
    },
    [
      {
        ...common,
        ...{ siteId: siteId("b"), loadWh: [1_000, 1_000], pvWh: null, battery: null },
        flexible: {
          ...{ cars: 1, carChargedWh: 900, carDrivenWh: 720, carDistanceKm: 4, carOutings: 2 },
          ...{
            carUnmetOutings: 1,
            carUnmetWh: 100,
            heatPumps: 1,
            heatPumpWh: 600,
            heatWh: 1_800,
            coldMinutes: 90,
          },
        },
      },
      { ...common, siteId: siteId("a"), loadWh: [0, 1_000], pvWh: [3_000, 0], battery: BATTERY },
    ],
  );
}

const INTERVALS: IntervalColumns = {
  price: Int32Array.of(200_000, -1),
  tradedWh: Float64Array.of(1_000, 0),
  settledWh: Float64Array.of(800, 0),
  trades: Int32Array.of(1, 0),
  bids: Int32Array.of(1, 2),
  offers: Int32Array.of(1, 0),
  demandWh: Float64Array.of(1_000, 2_000),
  supplyWh: Float64Array.of(2_000, 0),
  loadWh: Float64Array.of(1_000, 2_000),
  pvWh: Float64Array.of(3_000, 0),
  curtailedWh: Float64Array.of(200, 0),
  importWh: Float64Array.of(1_000, 1_200),
  exportWh: Float64Array.of(1_800, 0),
  communityImportWh: Float64Array.of(0, 1_200),
  communityExportWh: Float64Array.of(800, 0),
  chargedWh: Float64Array.of(1_000, 0),
  dischargedWh: Float64Array.of(0, 800),
  welfareNano: Float64Array.of(150_000_000, 0),
  bestWelfareNano: Float64Array.of(200_000_000, 0),
  paidNano: Float64Array.of(160_000_000, 0),
  receivedNano: Float64Array.of(158_000_000, 0),
  operatorNano: Float64Array.of(2_000_000, 0),
  gridNano: Float64Array.of(0, 0),
  feeNano: Float64Array.of(0, 0),
};

const HOMES: HomeColumns = {
  siteIds: [siteId("a"), siteId("b")],
  loadWh: Float64Array.of(1_000, 2_000),
  pvWh: Float64Array.of(3_000, 0),
  curtailedWh: Float64Array.of(200, 0),
  importWh: Float64Array.of(200, 2_000),
  exportWh: Float64Array.of(1_800, 0),
  soldWh: Float64Array.of(1_000, 0),
  boughtWh: Float64Array.of(0, 1_000),
  settledSoldWh: Float64Array.of(800, 0),
  settledBoughtWh: Float64Array.of(0, 800),
  gridSoldWh: Float64Array.of(0, 0),
  gridBoughtWh: Float64Array.of(0, 0),
  creditNano: Float64Array.of(158_000_000, 0),
  debitNano: Float64Array.of(0, 160_000_000),
  feeNano: Float64Array.of(0, 0),
  withTradingNano: Float64Array.of(198_000_000, -520_000_000),
  withoutTradingNano: Float64Array.of(120_000_000, -600_000_000),
  chargedWh: Float64Array.of(1_000, 0),
  dischargedWh: Float64Array.of(800, 0),
  cycles: Float64Array.of(0.2, 0),
  fullCycles: Float64Array.of(0.225, 0),
  calendarLossPpm: Float64Array.of(600, 0),
  cycleLossPpm: Float64Array.of(400, 0),
  endStoredWh: Float64Array.of(1_100, 0),
  loadErrorWh: Float64Array.of(100, 300),
  pvErrorWh: Float64Array.of(200, 0),
  netLoadErrorWh: Float64Array.of(300, 300),
  netLoadBiasWh: Float64Array.of(300, -300),
};

const FORECASTS: ForecastColumns = {
  intervals: Float64Array.of(2, 2),
  loadBiasWh: Float64Array.of(100, -300),
  pvBiasWh: Float64Array.of(-200, 0),
  loadPinballTenthsWh: Float64Array.of(1_500, 4_500),
  pvPinballTenthsWh: Float64Array.of(3_000, 0),
  loadInside: Float64Array.of(0, 0),
  pvInside: Float64Array.of(0, 0),
};

/** Changes to the columns of a hand-made result. */
export interface Changes {
  readonly intervals?: Partial<IntervalColumns>;
  readonly homes?: Partial<HomeColumns>;
  readonly forecasts?: Partial<ForecastColumns>;
}

/** A result whose every figure can be worked out on paper. */
export function handMadeResult({ intervals, homes, forecasts }: Changes = {}): SimulationResult {
  return {
    hash: "0x00",
    conserved: true,
    intervals: { ...INTERVALS, ...intervals },
    homes: { ...HOMES, ...homes },
    forecasts: { ...FORECASTS, ...forecasts },
    trace: null,
    network: null,
    books: [],
    trades: [],
  };
}

/** The run and its baseline. */
export function handMadeRun(changes: Changes = {}): KpiInput {
  return {
    neighbourhood: twoHomes(),
    result: handMadeResult(changes),
    baseline: handMadeResult({
      intervals: {
        communityImportWh: Float64Array.of(0, 1_500),
        communityExportWh: Float64Array.of(800, 0),
      },
      homes: { withTradingNano: Float64Array.of(100_000_000, -600_000_000) },
    }),
    regret: null,
    feeder: null,
  };
}
