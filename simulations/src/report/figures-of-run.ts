import { isoTime } from "@commonwatt/vpp-core";
import type { SimulationResult } from "../engine/simulation-result.ts";
import type { FeederResult } from "../grid/feeder-run.ts";
import { savingsOf } from "../kpis/savings.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { Figure } from "./figure.ts";
import { batteryState } from "./pictures/battery-state.ts";
import { energyBySource, importBySource } from "./pictures/energy-by-source.ts";
import { voltagesByBus, voltagesOverTime } from "./pictures/feeder-voltages.ts";
import { forecastLosses } from "./pictures/forecast-losses.ts";
import { prices } from "./pictures/prices.ts";
import { savingsPerHome } from "./pictures/savings-per-home.ts";
import { type ClearedBook, supplyAndDemand } from "./pictures/supply-and-demand.ts";

/** The pictures of a run, as far as there is something to see. */
export function figuresOfRun(
  neighbourhood: Neighbourhood,
  result: SimulationResult,
  baseline: SimulationResult,
  feeder: FeederResult | null,
): readonly Figure[] {
  const { intervals, trace, homes } = result;
  const book = busiestBook(neighbourhood, result);
  return [
    energyBySource(neighbourhood, intervals),
    importBySource(neighbourhood, intervals),
    prices(neighbourhood, intervals),
    ...(book === null ? [] : [supplyAndDemand(book)]),
    savingsPerHome(homes.siteIds, savingsOf({ result, baseline })),
    ...[trace === null ? null : batteryState(neighbourhood, trace)].filter((figure) => figure !== null),
    ...forecastLosses(result),
    ...(feeder === null ? [] : [voltagesOverTime(neighbourhood, feeder), voltagesByBus(feeder)]),
  ];
}

/** Of the books that were kept, the one with most energy traded. */
function busiestBook(
  { startMs, intervalMinutes }: Neighbourhood,
  { books, intervals }: SimulationResult,
): ClearedBook | null {
  const tradedWh = (interval: number): number => intervals.tradedWh[interval] ?? 0;
  const [first] = books.toSorted((a, b) => tradedWh(b.interval) - tradedWh(a.interval));
  if (first === undefined || tradedWh(first.interval) === 0) return null;
  const { interval, orders } = first;
  const price = intervals.price[interval] ?? -1;
  return {
    start: isoTime(startMs + interval * intervalMinutes * 60_000)
      .slice(0, 16)
      .replace("T", " "),
    orders,
    volumeWh: tradedWh(interval),
    price: price < 0 ? null : price,
  };
}
