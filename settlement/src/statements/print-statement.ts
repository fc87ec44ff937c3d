import { epochMs, isoTime } from "@commonwatt/vpp-core";
import type { IntervalLine, MonthStatement, TradeLine } from "./month-statement.ts";

/** How a statement can be had. */
export const STATEMENT_FORMATS = ["json", "csv", "html"] as const;

/** One of {@link STATEMENT_FORMATS}. */
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

/** What a statement's text is, by its format. */
export const STATEMENT_TYPES: Readonly<Record<StatementFormat, string>> = {
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  html: "text/html; charset=utf-8",
};

const NANO = 1_000_000_000n;

/** The text of a statement. */
export function printStatement(statement: MonthStatement, format: StatementFormat): string {
  if (format === "json") return `${JSON.stringify(statement, null, 2)}\n`;
  return format === "csv" ? csvOf(statement) : htmlOf(statement);
}

const COLUMNS = [
  ...["interval_start", "interval_end", "batch", "header_hash", "fill", "side", "energy_wh", "settled_wh"],
  ...["price_micro_per_kwh", "paid_nano", "make_whole_nano", "fee_nano", "credit_nano", "debit_nano"],
  ...["metered_import_wh", "metered_export_wh", "grid_import_wh", "grid_export_wh"],
];

/** One row per trade, and one per interval with what the interval came to; RFC 4180. */
function csvOf({ intervals }: MonthStatement): string {
  const rows = intervals.flatMap((interval) => [
    ...interval.trades.map((trade) => [
      ...intervalCells(interval),
      ...tradeCells(trade),
      "",
      "",
      "",
      "",
      "",
      "",
    ]),
    [
      ...intervalCells(interval),
      ...["", "interval", "", "", "", "", "", ""],
      ...[
        interval.creditNano,
        interval.debitNano,
        interval.meteredImportWh ?? "",
        interval.meteredExportWh ?? "",
      ],
      ...[interval.gridImportWh ?? "", interval.gridExportWh ?? ""],
    ],
  ]);
  return `${[COLUMNS, ...rows].map((row) => row.join(",")).join("\r\n")}\r\n`;
}

function intervalCells({
  startMs,
  endMs,
  batchNumber,
  headerHash,
}: IntervalLine): readonly (string | number)[] {
  return [isoTime(epochMs(startMs)), isoTime(epochMs(endMs)), batchNumber, headerHash];
}

function tradeCells(trade: TradeLine): readonly (string | number)[] {
  const { fillIndex, side, energyWh, settledWh, price, paidNano, makeWholeNano, feeNano } = trade;
  return [fillIndex, side, energyWh, settledWh, price, paidNano, makeWholeNano, feeNano];
}

function htmlOf({ siteId, month, currency, account, intervals, totals }: MonthStatement): string {
  const rows = intervals.flatMap((interval) => [
    ...interval.trades.map((trade) =>
      htmlRow(interval, [
        trade.side,
        kwh(trade.energyWh),
        kwh(trade.settledWh),
        (trade.price / 1_000_000).toFixed(4),
        units(trade.paidNano),
        units(trade.makeWholeNano),
        units(trade.feeNano),
      ]),
    ),
    htmlRow(interval, [
      "in all",
      "",
      "",
      "",
      `+${units(interval.creditNano)}`,
      `−${units(interval.debitNano)}`,
      "",
    ]),
  ]);
  const net = BigInt(totals.creditNano) - BigInt(totals.debitNano);
  const summary: readonly (readonly [string, string])[] = [
    ["sold, delivered", `${kwh(totals.settledSoldWh)} of ${kwh(totals.soldWh)} kWh`],
    ["bought, taken", `${kwh(totals.settledBoughtWh)} of ${kwh(totals.boughtWh)} kWh`],
    ["make-whole", units(totals.makeWholeNano)],
    ["fees", units(totals.feeNano)],
    ["from neighbours", units(totals.creditNano)],
    ["to neighbours", units(totals.debitNano)],
    ["in all", units(net.toString())],
    ["from the grid", `${kwh(totals.gridImportWh)} kWh`],
    ["to the grid", `${kwh(totals.gridExportWh)} kWh`],
    ["intervals without a sound meter", String(totals.unmetered)],
  ];
  const title = escaped(`${siteId}, ${month}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>
body{font:14px/1.4 system-ui,sans-serif;margin:2rem;color:#111}table{border-collapse:collapse;margin:1rem 0}
td,th{padding:.2rem .6rem;border-bottom:1px solid #ccc;text-align:right}td:first-child,th:first-child{text-align:left}
code{font-size:11px}@media print{body{margin:0}tr{break-inside:avoid}}
</style></head><body><h1>${title}</h1><p>${note(account)} Amounts in ${escaped(currency)}, times in UTC.</p>
<table>${summary.map(([name, value]) => `<tr><td>${name}</td><td>${escaped(value)}</td></tr>`).join("")}</table>
<table><thead><tr><th>interval</th><th>batch</th><th>what</th><th>kWh</th><th>delivered</th><th>per kWh</th><th>paid</th><th>make-whole</th><th>fee</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>
<p>Each line stands in a batch on the chain; its proof is in the JSON form of this statement.</p></body></html>
`;
}

function note(account: string | null): string {
  if (account === null) return "For this home nothing was settled in this month.";
  return `Account <code>${escaped(account)}</code>.`;
}

function htmlRow({ startMs, batchNumber, headerHash }: IntervalLine, cells: readonly string[]): string {
  const batch = `<span title="${headerHash}">${batchNumber}</span>`;
  const rest = cells.map((cell) => `<td>${escaped(cell)}</td>`).join("");
  const start = isoTime(epochMs(startMs)).slice(0, 16).replace("T", " ");
  return `<tr><td>${start}</td><td>${batch}</td>${rest}</tr>`;
}

function kwh(energyWh: number): string {
  return (energyWh / 1_000).toFixed(3);
}

/** Nano as whole units with all nine digits, so that sums add up to the last one. */
function units(nano: string): string {
  const amount = BigInt(nano);
  const absolute = amount < 0n ? -amount : amount;
  const digits = (absolute % NANO).toString().padStart(9, "0");
  return `${amount < 0n ? "−" : ""}${absolute / NANO}.${digits}`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
