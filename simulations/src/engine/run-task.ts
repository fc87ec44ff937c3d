import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { ArrayRun } from "./array-run.ts";
import { bookOrders } from "./book-orders.ts";
import type { ResultColumns } from "./columns.ts";
import { MechanismMarket } from "./mechanism-market.ts";
import { namedMechanism } from "./named-mechanism.ts";
import { PRICE_TICK } from "./place-quotes.ts";
import type { RunPart, SharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { IntervalBook, MemberTrade, TraceColumns } from "./simulation-result.ts";
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
  const market =
    mechanism.name === "uniform-price"
      ? new UniformMarket(mechanism.kPerMille ?? 500)
      : new MechanismMarket(mechanism, options, priceTick);
  const kept = new Set(options.books);
  const books: IntervalBook[] = [];
  const trades: MemberTrade[] = [];
  const zones = options.network?.zones ?? null;
  const run = new ArrayRun(options, part, shared, market, priceTick, trace, {
    onOrders: (orders, seed) => {
      const { interval, count } = orders;
      if (!kept.has(interval)) return;
      const book = bookOrders(orders, count, priceTick, neighbourhood.siteIds, zones);
      books.push({ interval, seed, orders: book });
    },
    onTrades: (interval, made) => {
      if (options.trades === true) trades.push(...memberTrades(interval, made, neighbourhood.siteIds));
    },
  });
  return { columns: run.run(onInterval), books, trades };
}
