import type { TradeStore } from "../ports/store.ts";
import type { Clearing, Trade } from "../ports/trading-venue.ts";
import type { IntervalIndex } from "../time/delivery-interval.ts";
import type { Database, Queries } from "./database.ts";

/** The columns of a trade, under the names that {@link Trade} gives them. */
const TRADE_COLUMNS = `id, interval_index as "intervalIndex", seller_id as "sellerId", buyer_id as "buyerId",
  offer_id as "offerId", bid_id as "bidId", energy_wh as "energyWh", price, phase`;

const CLEARING_COLUMNS = `interval_index as "intervalIndex", status, to_epoch_ms(cleared_at) as "clearedAtMs",
  clearing_price as "clearingPrice", volume_wh as "volumeWh", bid_count as "bidCount",
  offer_count as "offerCount", demand, supply, continuous`;

async function insertClearing(queries: Queries, clearing: Clearing): Promise<boolean> {
  const inserted = await queries.query(
    `insert into clearings (interval_index, status, cleared_at, clearing_price, volume_wh, bid_count,
       offer_count, demand, supply, continuous)
     values ($1, $2, from_epoch_ms($3), $4, $5, $6, $7, $8, $9, $10)
     on conflict (interval_index) do nothing returning interval_index`,
    [
      clearing.intervalIndex,
      clearing.status,
      clearing.clearedAtMs,
      clearing.clearingPrice,
      clearing.volumeWh,
      clearing.bidCount,
      clearing.offerCount,
      JSON.stringify(clearing.demand),
      JSON.stringify(clearing.supply),
      JSON.stringify(clearing.continuous),
    ],
  );
  return inserted.length > 0;
}

async function insertTrades(queries: Queries, clearing: Clearing): Promise<void> {
  const { trades } = clearing;
  await queries.query(
    `insert into trades (interval_index, position, id, seller_id, buyer_id, offer_id, bid_id, energy_wh, price,
       phase)
     select $1, position, id, seller_id, buyer_id, offer_id, bid_id, energy_wh, price, phase
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
       $9::text[])
       with ordinality as given (id, seller_id, buyer_id, offer_id, bid_id, energy_wh, price, phase, position)`,
    [
      clearing.intervalIndex,
      trades.map((trade) => trade.id),
      trades.map((trade) => trade.sellerId),
      trades.map((trade) => trade.buyerId),
      trades.map((trade) => trade.offerId),
      trades.map((trade) => trade.bidId),
      trades.map((trade) => trade.energyWh),
      trades.map((trade) => trade.price),
      trades.map((trade) => trade.phase),
    ],
  );
}

async function clearings(
  database: Database,
  from: IntervalIndex,
  limit: number,
): Promise<readonly Clearing[]> {
  const rows = await database.query<Omit<Clearing, "trades">>(
    `select ${CLEARING_COLUMNS} from clearings where interval_index >= $1 order by interval_index limit $2`,
    [from, limit],
  );
  const trades = await database.query<Trade>(
    `select ${TRADE_COLUMNS} from trades where interval_index = any($1::bigint[])
     order by interval_index, position`,
    [rows.map((row) => row.intervalIndex)],
  );
  const byInterval = Map.groupBy(trades, (trade) => trade.intervalIndex);
  return rows.map((row) => ({ ...row, trades: byInterval.get(row.intervalIndex) ?? [] }));
}

/** Clearings and their trades; a clearing and its trades are there together or not at all. */
export function tradeStore(database: Database): TradeStore {
  return {
    saveClearing: (clearing) =>
      database.transaction(async (queries) => {
        if (await insertClearing(queries, clearing)) await insertTrades(queries, clearing);
      }),
    clearings: (from, limit) => clearings(database, from, limit),
    trades: (from, limit) =>
      database.query<Trade>(
        `select ${TRADE_COLUMNS} from trades where interval_index >= $1
         order by interval_index, position limit $2`,
        [from, limit],
      ),
  };
}
