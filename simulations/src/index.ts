export { plugin } from "./cli/plugin.ts";
export type { DataFinding, DataProblem, DataReport } from "./data/data-report.ts";
export type { DataRules, FillRule } from "./data/data-rules.ts";
export type { DataSet, DataSite } from "./data/data-set.ts";
export type { DataSource } from "./data/data-source.ts";
export { type NeighbourhoodOptions, neighbourhoodOf } from "./data/neighbourhood-of.ts";
export { readData, readDataFolder } from "./data/read-data.ts";
export { simulate } from "./engine/simulate.ts";
export type { SimulationOptions } from "./engine/simulation-options.ts";
export type {
  ForecastColumns,
  HomeColumns,
  IntervalBook,
  IntervalColumns,
  SimulationResult,
  TraceColumns,
} from "./engine/simulation-result.ts";
export type { Forecast, ForecastName, ForecastRun, ForecastSpread } from "./forecasts/forecast.ts";
export { FORECASTS } from "./forecasts/forecast-registry.ts";
export { connectHomes } from "./grid/connect-homes.ts";
export type { Branch, Connection, Feeder, FeederPlan, Impedance } from "./grid/feeder.ts";
export { fromSequences, inSeries, radialFeeder } from "./grid/feeder.ts";
export { type FeederResult, type MeteredColumns, runFeeder, VOLTAGE_BAND } from "./grid/feeder-run.ts";
export { type FlowSummary, PowerFlow } from "./grid/power-flow.ts";
export { type FeederSource, readOpendssFeeder } from "./grid/read-opendss-feeder.ts";
export { createHomePlant, type HomeModel, type HomePlant, type PlantSnapshot } from "./models/home-plant.ts";
export {
  createNeighbourhood,
  type HomeBattery,
  type NeighbourhoodFrame,
  type NeighbourhoodHome,
} from "./neighbourhood/create-neighbourhood.ts";
export { memoryEstimate, requireMemory, type SimulationSize } from "./neighbourhood/memory-estimate.ts";
export type { BatteryColumns, Neighbourhood } from "./neighbourhood/neighbourhood.ts";
export { type SyntheticOptions, syntheticNeighbourhood } from "./neighbourhood/synthetic-neighbourhood.ts";
export {
  type LoadOptions,
  loadScenario,
  type Scenario,
  type ScenarioOverrides,
} from "./scenario/load-scenario.ts";
export type { BiddingMoment } from "./strategies/bidding-moment.ts";
export type { OutsideAction, OutsideAgent, OutsideResult } from "./strategies/outside-agent.ts";
export type { QuoteSheet } from "./strategies/quote-sheet.ts";
export type { Strategy, StrategyContext, StrategyRun } from "./strategies/strategy.ts";
export type { StrategyName } from "./strategies/strategy-name.ts";
export { STRATEGIES } from "./strategies/strategy-registry.ts";
export { buildStreet, type StreetOptions } from "./street/build-street.ts";
export type { HardwareAddress, ModbusHardware, OpcuaHardware } from "./street/emulator-messages.ts";
export { clearSkyPvW, forecastPvW, measuredSkyIndex, typicalLoadW } from "./street/forecast.ts";
export { homeDevices } from "./street/home-devices.ts";
export { keepStreet } from "./street/keep-street.ts";
export { type HomeKind, STREET_HOMES_MAX, type Street, type StreetHome } from "./street/street.ts";
export { streetForecaster } from "./street/street-forecaster.ts";
export {
  type StreetHardware,
  type StreetHardwareOptions,
  startStreetHardware,
} from "./street/street-hardware.ts";
export { streetHash } from "./street/street-hash.ts";
