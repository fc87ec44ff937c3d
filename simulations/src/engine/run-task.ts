import assert from "node:assert/strict";
import type { Mechanism } from "@commonwatt/market";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { ArrayRun } from "./array-run.ts";
import type { ResultColumns } from "./columns.ts";
import type { MarketRun } from "./market-run.ts";
import { MechanismMarket } from "./mechanism-market.ts";
import { namedMechanism } from "./named-mechanism.ts";
import { NetworkMarket } from "./network-market.ts";
import { PRICE_TICK } from "./place-quotes.ts";
import type { RunPart, SharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { IntervalBook, MemberTrade, NetworkColumns, TraceColumns } from "./simulation-result.ts";
import { memberTrades } from "./trade-columns.ts";
import { UniformMarket } from "./uniform-market.ts";

/** What one thread of a run is given. */
export interface RunTask extends RunPart {
  readonly options: SimulationOptions;
  readonly shared: SharedRun;
  readonly trace: TraceColumns | null;
}

/** What one thread's part of a run came to. */
export interface PartResult {
  readonly columns: ResultColumns;
  /** Those asked for, of the intervals that it cleared. */
  readonly books: readonly IntervalBook[];
  /** Of the intervals that it cleared, if asked for. */
  readonly trades: readonly MemberTrade[];
  /** `null` unless it cleared within the limits of a network. */
  readonly network: NetworkColumns | null;
}

/** Does one thread's part of a run. */
export async function runTask(
  { options, shared, trace, ...part }: RunTask,
  onInterval: (done: number) => void,
): Promise<PartResult> {
  const { neighbourhood, forecast } = options;
  await FORECASTS[forecast].prepare?.();
  for (const name of new Set(neighbourhood.strategies)) await STRATEGIES[name].prepare?.();
  const mechanism = namedMechanism(options.mechanism);
  // A rule that prices a whole community looks at limits beside the tariff's own prices, which are on no tick.
  const priceTick = mechanism.promises.needs === "tariff" ? 1 : PRICE_TICK;
  const market = marketOf(mechanism, options, priceTick);
  const kept = new Set(options.books);
  const books: IntervalBook[] = [];
  const trades: MemberTrade[] = [];
  const run = new ArrayRun(options, part, shared, market, priceTick, trace, {
    onOrders: (orders, seed) => {
      const { interval, context } = orders;
      if (!kept.has(interval)) return;
      const network = context?.network === undefined ? {} : { network: context.network };
      books.push({ interval, seed, orders: market.book(orders), ...network });
    },
    onTrades: (interval, made) => {
      if (options.trades === true) trades.push(...memberTrades(interval, made, neighbourhood.siteIds));
    },
  });
  const columns = run.run(onInterval);
  return { columns, books, trades, network: market.columns ?? null };
}

function marketOf(
  mechanism: Mechanism,
  { neighbourhood, network }: SimulationOptions,
  priceTick: number,
): MarketRun {
  if (mechanism.name === "uniform-price")
    return new UniformMarket(mechanism.kPerMille ?? 500, neighbourhood.siteIds);
  if (mechanism.promises.needs !== "network") return new MechanismMarket(mechanism, neighbourhood, priceTick);
  assert(network !== undefined, "a mechanism that needs a network has one");
  return new NetworkMarket(mechanism, neighbourhood, network.limits, network.solver);
}
