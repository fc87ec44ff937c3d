import type { ColumnMap } from "../data/column-map.ts";
import type { DataRules } from "../data/data-rules.ts";
import type { DataFormat } from "../data/data-source.ts";
import type { TimeFormat } from "../data/parse-time.ts";
import type { Quantity } from "../data/raw-series.ts";
import type { ForecastName } from "../forecasts/forecast.ts";
import type { FlexibleControl } from "../models/flexible-control.ts";
import type { HeatEmitter, HeatSource } from "../models/heat-pump.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";

/** A number, or what each home draws it from. */
export type Drawn =
  | number
  | { readonly uniform: { readonly min: number; readonly max: number } }
  | {
      readonly normal: {
        readonly mean: number;
        readonly deviation: number;
        readonly min?: number;
        readonly max?: number;
      };
    }
  | { readonly choice: readonly number[] };

/** A column of a data source. */
export interface MeasuredColumn {
  readonly data: string;
  readonly site?: string;
  readonly scale?: Drawn;
}

/** A household of the model. */
export interface ModelledLoad {
  readonly occupants?: Drawn;
  readonly baseW?: Drawn;
  readonly scale?: Drawn;
}

/** A roof of the model. */
export interface ModelledPv {
  readonly share?: number;
  readonly peakW: Drawn;
  readonly tiltDeg?: Drawn;
  readonly azimuthDeg?: Drawn;
  readonly inverterShare?: Drawn;
}

/** A battery of the scenario. */
export interface ScenarioBattery {
  readonly share?: number;
  readonly capacityWh: Drawn;
  readonly powerMaxW?: Drawn;
  readonly efficiencyPermille?: Drawn;
  readonly standbyLossW?: Drawn;
  readonly workingLossShare?: Drawn;
  readonly fullPowerLossShare?: Drawn;
  readonly cellTemperatureC?: Drawn;
  readonly replacementPricePerKwh?: number;
  readonly storedMinShare?: Drawn;
  readonly reserveShare?: Drawn;
  readonly startShare?: Drawn;
}

/** A house of the model. */
export interface ScenarioBuilding {
  readonly floorAreaM2?: Drawn;
  readonly builtIn?: Drawn;
  readonly lossWPerM2K?: Drawn;
}

/** A heat pump of the scenario, and the house that it warms. */
export interface ScenarioHeatPump {
  readonly share?: number;
  readonly building?: ScenarioBuilding;
  readonly source?: HeatSource;
  readonly emitter?: HeatEmitter;
  readonly powerMaxW?: Drawn;
  readonly setC?: Drawn;
  readonly bandK?: Drawn;
  readonly control?: FlexibleControl;
}

/** An electric car of the scenario. */
export interface ScenarioCar {
  readonly share?: number;
  readonly capacityWh?: Drawn;
  readonly chargePowerMaxW?: Drawn;
  readonly efficiencyPermille?: Drawn;
  readonly whPerKm?: Drawn;
  readonly targetShare?: Drawn;
  readonly startShare?: Drawn;
  readonly commuterShare?: number;
  readonly distanceShare?: Drawn;
  readonly control?: FlexibleControl;
}

/** Homes of a kind. */
export interface ScenarioSites {
  readonly id?: string;
  readonly count?: number;
  readonly from?: string;
  readonly load?: MeasuredColumn | ModelledLoad;
  readonly pv?: MeasuredColumn | ModelledPv;
  readonly battery?: ScenarioBattery;
  readonly heatPump?: ScenarioHeatPump;
  readonly ev?: ScenarioCar;
  readonly strategy?: StrategyName;
  readonly importPowerMaxW?: number;
  readonly exportPowerMaxW?: number;
}

/** A part of the week with a price of its own. */
export interface TariffPeriod {
  readonly days?: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly pricePerKwh: number;
}

/** Where a series of prices is. */
export interface PriceSeries {
  readonly path: string;
  readonly timeColumn: string;
  readonly priceColumn: string;
  readonly timeFormat?: TimeFormat;
  readonly timeZone?: string;
  readonly per?: "kWh" | "MWh";
  readonly factor?: number;
  readonly addPerKwh?: number;
}

/** A price over time. */
export type ScenarioPrice =
  | number
  | { readonly timeOfUse: { readonly periods: readonly TariffPeriod[]; readonly otherwisePerKwh: number } }
  | { readonly series: PriceSeries }
  | { readonly data: string };

/** A source of measured data. */
export interface ScenarioData {
  readonly path: string;
  readonly format?: DataFormat;
  readonly timeZone?: string;
  readonly start?: string;
  readonly sites?: readonly string[];
  readonly columns?: Omit<ColumnMap, "time"> & {
    readonly time:
      | Extract<ColumnMap["time"], { readonly column: string }>
      | { readonly start: string; readonly stepMinutes: number };
  };
  readonly statistics?: Readonly<Record<string, Quantity>>;
  readonly rules?: Partial<DataRules>;
}

/** A feeder, and limits in place of those that its data holds. */
export interface ScenarioFeeder {
  readonly folder: string;
  readonly transformerKVA?: number;
  readonly lineA?: Readonly<Record<string, number>>;
}

/** What a scenario file says, as its schema has it; fields with a default are still left out. */
export interface ScenarioFile {
  readonly community?: string;
  readonly seed?: string | number;
  readonly season?: "winter" | "spring" | "summer" | "autumn";
  readonly start?: string;
  readonly days?: number;
  readonly resolutionMinutes?: 1 | 5 | 15 | 30 | 60;
  readonly timeZone?: string;
  readonly location?: { readonly latitudeDeg: number; readonly longitudeDeg: number };
  readonly cloudiness?: number;
  readonly data?: Readonly<Record<string, ScenarioData>>;
  readonly sites: readonly ScenarioSites[];
  readonly tariff?: {
    readonly retailPricePerKwh?: ScenarioPrice;
    readonly feedInPricePerKwh?: ScenarioPrice;
  };
  readonly feeder?: string | ScenarioFeeder;
  readonly mechanism?: string;
  readonly feePpm?: number;
  readonly forecast?: ForecastName;
  readonly strategies?: StrategyName | Readonly<Partial<Record<StrategyName, number>>>;
}
