import type { IntervalSettlement, SiteStatement, TradeSettlement } from "../ports/settlement.ts";
import type { Trade } from "../ports/trading-venue.ts";
import type { Queries } from "./database.ts";

/** A trade settlement as one flat row. */
type TradeSettlementRow = Omit<Trade, "id"> & {
  readonly batchNumber: number;
  readonly tradeId: string;
} & Omit<TradeSettlement, "trade">;

type StatementRow = SiteStatement & { readonly batchNumber: number };

const STATEMENT_COLUMNS = `site_id as "siteId", interval_index as "intervalIndex", sold_wh as "soldWh",
  bought_wh as "boughtWh", settled_sold_wh as "settledSoldWh", settled_bought_wh as "settledBoughtWh",
  metered_import_wh as "meteredImportWh", metered_export_wh as "meteredExportWh",
  credit_nano as "creditNano", debit_nano as "debitNano", with_trading_nano as "withTradingNano",
  without_trading_nano as "withoutTradingNano"`;

/** Writes the trade settlements of a batch, in their order. */
export async function insertTradeSettlements(
  queries: Queries,
  settlement: IntervalSettlement,
): Promise<void> {
  const { batchNumber, trades } = settlement;
  await queries.query(
    `insert into trade_settlements (batch_number, trade_id, interval_index, seller_id, buyer_id, offer_id,
       bid_id, energy_wh, price, phase, settled_wh, paid_nano, seller_make_whole_nano, buyer_make_whole_nano,
       position)
     select $1, given.* from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::numeric[], $13::numeric[], $14::numeric[])
       with ordinality as given`,
    [
      batchNumber,
      trades.map(({ trade }) => trade.id),
      trades.map(({ trade }) => trade.intervalIndex),
      trades.map(({ trade }) => trade.sellerId),
      trades.map(({ trade }) => trade.buyerId),
      trades.map(({ trade }) => trade.offerId),
      trades.map(({ trade }) => trade.bidId),
      trades.map(({ trade }) => trade.energyWh),
      trades.map(({ trade }) => trade.price),
      trades.map(({ trade }) => trade.phase),
      trades.map((line) => line.settledWh),
      trades.map((line) => line.paidNano),
      trades.map((line) => line.sellerMakeWholeNano),
      trades.map((line) => line.buyerMakeWholeNano),
    ],
  );
}

/** Writes the statements of a batch, in their order. */
export async function insertStatements(queries: Queries, settlement: IntervalSettlement): Promise<void> {
  const { batchNumber, statements } = settlement;
  await queries.query(
    `insert into site_statements (batch_number, site_id, interval_index, sold_wh, bought_wh, settled_sold_wh,
       settled_bought_wh, metered_import_wh, metered_export_wh, credit_nano, debit_nano, with_trading_nano,
       without_trading_nano, position)
     select $1, given.* from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
       $7::bigint[], $8::bigint[], $9::bigint[], $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[])
       with ordinality as given`,
    [
      batchNumber,
      statements.map((line) => line.siteId),
      statements.map((line) => line.intervalIndex),
      statements.map((line) => line.soldWh),
      statements.map((line) => line.boughtWh),
      statements.map((line) => line.settledSoldWh),
      statements.map((line) => line.settledBoughtWh),
      statements.map((line) => line.meteredImportWh),
      statements.map((line) => line.meteredExportWh),
      statements.map((line) => line.creditNano),
      statements.map((line) => line.debitNano),
      statements.map((line) => line.withTradingNano),
      statements.map((line) => line.withoutTradingNano),
    ],
  );
}

function settlementOf(row: TradeSettlementRow): TradeSettlement {
  const { intervalIndex, sellerId, buyerId, offerId, bidId, energyWh, price, phase } = row;
  const { settledWh, paidNano, sellerMakeWholeNano, buyerMakeWholeNano } = row;
  return {
    trade: { id: row.tradeId, intervalIndex, sellerId, buyerId, offerId, bidId, energyWh, price, phase },
    settledWh,
    paidNano,
    sellerMakeWholeNano,
    buyerMakeWholeNano,
  };
}

/** Reads the trade settlements of batches, by batch number. */
export async function tradeSettlementsOf(
  queries: Queries,
  batchNumbers: readonly number[],
): Promise<ReadonlyMap<number, readonly TradeSettlement[]>> {
  const rows = await queries.query<TradeSettlementRow>(
    `select batch_number as "batchNumber", trade_id as "tradeId", interval_index as "intervalIndex",
       seller_id as "sellerId", buyer_id as "buyerId", offer_id as "offerId", bid_id as "bidId",
       energy_wh as "energyWh", price, phase, settled_wh as "settledWh", paid_nano as "paidNano",
       seller_make_whole_nano as "sellerMakeWholeNano", buyer_make_whole_nano as "buyerMakeWholeNano"
     from trade_settlements where batch_number = any($1::bigint[]) order by batch_number, position`,
    [batchNumbers],
  );
  const byBatch = Map.groupBy(rows, (row) => row.batchNumber);
  return new Map([...byBatch].map(([number, lines]) => [number, lines.map(settlementOf)]));
}

/** Reads the statements of batches, by batch number. */
export async function statementsOf(
  queries: Queries,
  batchNumbers: readonly number[],
): Promise<ReadonlyMap<number, readonly SiteStatement[]>> {
  const rows = await queries.query<StatementRow>(
    `select batch_number as "batchNumber", ${STATEMENT_COLUMNS}
     from site_statements where batch_number = any($1::bigint[]) order by batch_number, position`,
    [batchNumbers],
  );
  const byBatch = Map.groupBy(rows, (row) => row.batchNumber);
  const statement = ({ batchNumber: _, ...line }: StatementRow): SiteStatement => line;
  return new Map([...byBatch].map(([number, lines]) => [number, lines.map(statement)]));
}

/** Reads a site's statements from an interval on, oldest first. */
export function statementsOfSite(
  queries: Queries,
  site: string,
  from: number,
  limit: number,
): Promise<readonly SiteStatement[]> {
  return queries.query<SiteStatement>(
    `select ${STATEMENT_COLUMNS} from site_statements where site_id = $1 and interval_index >= $2
     order by interval_index, batch_number limit $3`,
    [site, from, limit],
  );
}
