import assert from "node:assert/strict";
import { type Feeder, laggingShare } from "./feeder.ts";
import { PowerFlow } from "./power-flow.ts";

/** What homes took from the grid and gave to it, by interval and home: `[t * homes + h]`, in Wh. */
export interface MeteredColumns {
  readonly intervalMinutes: number;
  readonly intervals: number;
  readonly importWh: ArrayLike<number>;
  readonly exportWh: ArrayLike<number>;
  /** The connection of each home. */
  readonly connections: Int32Array;
}

/** What a feeder went through. */
export interface FeederResult {
  readonly buses: readonly string[];
  /** Over the run, by bus: the lowest and the highest voltage of its phases, in V. */
  readonly busLowestV: Float64Array;
  readonly busHighestV: Float64Array;
  /** By interval: the lowest and the highest voltage at a home, in V. */
  readonly lowestV: Float64Array;
  readonly highestV: Float64Array;
  /** By interval: connections with a home whose voltage is more than a tenth off the nominal one (EN 50160). */
  readonly outside: Int32Array;
  /** By interval: what cables and transformer lose, in Wh. */
  readonly lossesWh: Float64Array;
  /** By interval: apparent power of the transformer over what it may pass; `null` when that is not known. */
  readonly loading: Float64Array | null;
  /** By interval: the highest current of a phase of a line over what it may carry; `null` when no line has a rating. */
  readonly lineLoading: Float64Array | null;
  readonly nominalVoltageV: number;
  /** The largest of all intervals, see `FlowSummary`. */
  readonly residual: number;
  readonly sweepsMax: number;
}

/** How far a voltage may be off the nominal one: EN 50160 allows a tenth. */
export const VOLTAGE_BAND = 0.1;

/**
 * The power flow of every interval, as if each home's power had been constant over it. What homes take lags by the
 * connection's power factor; what they feed in has none, as inverters do it unless they are told otherwise.
 * @throws CommonwattError `GRID_NO_SOLUTION` when the feeder cannot carry an interval.
 */
export function runFeeder(feeder: Feeder, metered: MeteredColumns): FeederResult {
  const { intervals, intervalMinutes, importWh, exportWh, connections } = metered;
  const homes = connections.length;
  assert(importWh.length === intervals * homes && exportWh.length === intervals * homes, "a value per home");
  const flow = new PowerFlow(feeder);
  const perWh = 60 / intervalMinutes;
  const lagging = feeder.connections.map(laggingShare);
  const activeW = new Float64Array(lagging.length);
  const reactiveVar = new Float64Array(lagging.length);
  const voltages = voltageColumns(feeder, metered);
  const lossesWh = new Float64Array(intervals);
  const loading = feeder.transformerVA === null ? null : new Float64Array(intervals);
  const lines = lineColumn(feeder, intervals);
  let [residual, sweepsMax] = [0, 0];
  for (let t = 0; t < intervals; t++) {
    activeW.fill(0);
    reactiveVar.fill(0);
    for (let home = 0; home < homes; home++) {
      const at = connections[home] as number;
      const takenW = (importWh[t * homes + home] as number) * perWh;
      const givenW = (exportWh[t * homes + home] as number) * perWh;
      activeW[at] = (activeW[at] as number) + takenW - givenW;
      reactiveVar[at] = (reactiveVar[at] as number) + takenW * (lagging[at] as number);
    }
    const { sourceW, sourceVar, lossesW, ...solved } = flow.solve(activeW, reactiveVar);
    lossesWh[t] = lossesW / perWh;
    if (loading !== null) loading[t] = Math.hypot(sourceW, sourceVar) / (feeder.transformerVA as number);
    residual = Math.max(residual, solved.residual);
    sweepsMax = Math.max(sweepsMax, solved.sweeps);
    voltages.add(flow, t);
    lines.add(flow, t);
  }
  return { ...voltages.columns, lossesWh, loading, lineLoading: lines.column, residual, sweepsMax };
}

/** Keeps how loaded rated lines are, interval by interval. */
function lineColumn(
  { buses, branches }: Feeder,
  intervals: number,
): { readonly column: Float64Array | null; add(flow: PowerFlow, t: number): void } {
  const rated = branches.flatMap(({ ratingA }, bus) =>
    ratingA === undefined || bus === 0 ? [] : [{ bus, ratingA }],
  );
  if (rated.length === 0) return { column: null, add: () => undefined };
  const column = new Float64Array(intervals);
  const currentsA = new Float64Array(3 * buses.length);
  const add = (flow: PowerFlow, t: number): void => {
    flow.branchCurrents(currentsA);
    const loadings = rated.map(
      ({ bus, ratingA }) => Math.max(...currentsA.subarray(3 * bus, 3 * bus + 3)) / ratingA,
    );
    column[t] = Math.max(...loadings);
  };
  return { column, add };
}

type VoltageColumns = Omit<FeederResult, "lossesWh" | "loading" | "lineLoading" | "residual" | "sweepsMax">;

/** Keeps the extremes of voltages, interval by interval. */
function voltageColumns(
  feeder: Feeder,
  { intervals, connections }: MeteredColumns,
): { readonly columns: VoltageColumns; add(flow: PowerFlow, t: number): void } {
  const { buses, nominalVoltageV } = feeder;
  const homesV = new Float64Array(feeder.connections.length);
  const busesV = new Float64Array(3 * buses.length);
  const used = [...new Set(connections)];
  const columns: VoltageColumns = {
    buses,
    nominalVoltageV,
    busLowestV: new Float64Array(buses.length).fill(Number.POSITIVE_INFINITY),
    busHighestV: new Float64Array(buses.length),
    lowestV: new Float64Array(intervals),
    highestV: new Float64Array(intervals),
    outside: new Int32Array(intervals),
  };
  const add = (flow: PowerFlow, t: number): void => {
    flow.connectionVoltages(homesV);
    const atHomes = used.map((place) => homesV[place] as number);
    columns.lowestV[t] = Math.min(...atHomes);
    columns.highestV[t] = Math.max(...atHomes);
    const isOutside = (v: number): boolean => Math.abs(v - nominalVoltageV) > VOLTAGE_BAND * nominalVoltageV;
    columns.outside[t] = atHomes.filter(isOutside).length;
    flow.busVoltages(busesV);
    for (let at = 0; at < busesV.length; at++) {
      const [bus, volts] = [Math.floor(at / 3), busesV[at] as number];
      if (volts < (columns.busLowestV[bus] as number)) columns.busLowestV[bus] = volts;
      if (volts > (columns.busHighestV[bus] as number)) columns.busHighestV[bus] = volts;
    }
  };
  return { columns, add };
}
