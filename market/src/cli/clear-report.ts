import type { BookOrder, Mechanism } from "../mechanisms/mechanism.ts";
import { numberOfOrder } from "../study/order-file.ts";
import type { ClearingStudy, TraderStudy } from "../study/study-clearing.ts";

/** What was cleared, and how. */
export interface StudyHead {
  readonly mechanism: Mechanism;
  readonly seed: string;
  readonly orders: readonly BookOrder[];
}

/**
 * A study as events: trades, what the grid filled, fees, prices of zones, flows, traders, and the summary. Orders go
 * by their number in the file; money in nano, as text, since it may be beyond what a JSON number holds.
 */
export function studyEvents(head: StudyHead, study: ClearingStudy): readonly object[] {
  const { trades, gridTrades, fees, network } = study.outcome;
  const traderOf = new Map(head.orders.map(({ id, trader }) => [id, trader]));
  return [
    ...trades.map(({ bidId, offerId, ...trade }) => ({
      event: "trade",
      bid: numberOfOrder(bidId),
      offer: numberOfOrder(offerId),
      buyer: traderOf.get(bidId),
      seller: traderOf.get(offerId),
      ...trade,
    })),
    ...gridTrades.map(({ orderId, ...trade }) => ({
      event: "grid-trade",
      order: numberOfOrder(orderId),
      trader: traderOf.get(orderId),
      ...trade,
    })),
    ...fees.map(({ trader, amount }) => ({ event: "fee", trader, amountNano: String(amount) })),
    ...(network?.zonePrices ?? []).map((zone) => ({ event: "zone", ...zone })),
    ...(network?.flows ?? []).map((flow) => ({ event: "flow", ...flow })),
    ...study.traders.map(traderEvent),
    summaryOf(head, study),
  ];
}

function traderEvent({ trader, side, energyWh, cash, gain, regret, lie }: TraderStudy): object {
  return {
    event: "trader",
    trader,
    side,
    energyWh,
    cashNano: String(cash),
    gainNano: String(gain),
    ...(regret === null ? {} : { regretNano: String(regret) }),
    ...(regret === null || regret === 0n
      ? {}
      : { lie: lie?.map((order) => [order.energyWh, order.limitPrice]) }),
  };
}

function summaryOf({ mechanism, seed, orders }: StudyHead, study: ClearingStudy): object {
  const { clearingPrice, volumeWh, trades, operator, grid } = study.outcome;
  const largest = largestRegret(study);
  return {
    event: "summary",
    mechanism: mechanism.name,
    source: mechanism.source,
    kPerMille: mechanism.kPerMille,
    seed,
    orders: orders.length,
    trades: trades.length,
    volumeWh,
    clearingPrice,
    welfareNano: String(study.welfare),
    bestWelfareNano: String(study.bestWelfare),
    efficiency: study.efficiency,
    operatorNano: String(operator),
    gridNano: String(grid),
    regret: largest === null ? null : { largestNano: String(largest.regret), trader: largest.trader },
  };
}

/** The trader whom the truth costs most, `null` when it costs nobody; all `null` when no lies were searched. */
function largestRegret({ traders }: ClearingStudy): {
  readonly trader: string | null;
  readonly regret: bigint;
} | null {
  if (traders.every(({ regret }) => regret === null)) return null;
  let largest: { trader: string | null; regret: bigint } = { trader: null, regret: 0n };
  for (const { trader, regret } of traders) {
    if (regret !== null && regret > largest.regret) largest = { trader, regret };
  }
  return largest;
}

/** A study for a person, prices in micro per kWh and money in nano. */
export function studyTable(head: StudyHead, study: ClearingStudy): readonly string[] {
  const { mechanism, seed, orders } = head;
  const { outcome, welfare, bestWelfare, efficiency } = study;
  const traderOf = new Map(orders.map(({ id, trader }) => [id, String(trader)]));
  const trades = outcome.trades.map(({ bidId, offerId, energyWh, buyerPrice, sellerPrice }) => [
    traderOf.get(bidId) ?? "",
    traderOf.get(offerId) ?? "",
    String(energyWh),
    String(buyerPrice),
    String(sellerPrice),
  ]);
  const grid = outcome.gridTrades.map(({ orderId, energyWh, price }) => {
    const isBid = orders.some(({ id, side }) => id === orderId && side === "bid");
    const trader = traderOf.get(orderId) ?? "";
    return isBid
      ? [trader, "(grid)", String(energyWh), String(price), "-"]
      : ["(grid)", trader, String(energyWh), "-", String(price)];
  });
  const largest = largestRegret(study);
  const share =
    efficiency === null
      ? "nothing to gain"
      : `${(100 * efficiency).toFixed(2)} % of the best, ${bestWelfare}`;
  return [
    ...columns([["buyer", "seller", "Wh", "buyer pays", "seller gets"], ...trades, ...grid]),
    ...(outcome.fees.length === 0
      ? []
      : ["", ...outcome.fees.map(({ trader, amount }) => `fee of ${trader}  ${amount} nano`)]),
    ...(outcome.network?.zonePrices ?? []).map(({ zone, price }) => `price in ${zone}  ${price}`),
    "",
    `mechanism  ${mechanism.name} (${mechanism.source}), seed ${seed}`,
    `volume     ${outcome.volumeWh} Wh${outcome.clearingPrice === null ? "" : ` at ${outcome.clearingPrice} micro/kWh`}`,
    `welfare    ${welfare} nano: ${share}`,
    `operator   ${outcome.operator} nano`,
    ...(outcome.grid === 0n ? [] : [`grid       ${outcome.grid} nano`]),
    ...(largest === null
      ? []
      : [
          `regret     ${largest.regret === 0n ? "no lie pays" : `${largest.trader} gains ${largest.regret} nano by a lie`}`,
        ]),
  ];
}

/** Rows of the same length in columns: names to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
  );
}
