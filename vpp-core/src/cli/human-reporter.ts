import type { Writable } from "node:stream";
import type { SiteStatement } from "../ports/settlement-rail.ts";
import type { RunEvent, RunReporter } from "../runtime/run-event.ts";
import type { RunSummary } from "../runtime/run-summary.ts";
import { formatKwh, wattHours } from "../units/energy.ts";
import { formatMoney, moneyNano } from "../units/money.ts";
import { formatPrice } from "../units/price.ts";

/** Tells the run as a story, for a person at a terminal. */
export function humanReporter(output: Writable): RunReporter {
  const times = new Map<number, string>();
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const label = (index: number): string => times.get(index) ?? `interval ${index}`;
  return (event) => {
    if (event.event === "cleared") {
      times.set(event.intervalIndex, `${clock(event.startMs)}-${clock(event.endMs)}`);
    }
    for (const line of linesOf(event, label)) say(line);
  };
}

function clock(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 16);
}

function kwh(energyWh: number): string {
  return `${formatKwh(wattHours(energyWh))} kWh`;
}

function linesOf(event: RunEvent, label: (index: number) => string): readonly string[] {
  switch (event.event) {
    case "starting":
      return [`starting ${event.step} …`];
    case "ready":
      return [
        "",
        `${event.homes} homes, ${deviceText(event.devices)}, ${event.store}`,
        `API   ${event.apiUrl}`,
        `docs  ${event.docsUrl}`,
        event.dataDirectory === null ? "nothing is kept after this run (--data DIR keeps it)" : "",
        "",
      ].filter((line, index) => line !== "" || index === 0 || index === 5);
    case "cleared":
      return [clearedLine(event, label(event.intervalIndex))];
    case "settled":
      return [
        `${label(event.intervalIndex)}  delivered ${kwh(event.settledWh)} of ${kwh(event.tradedWh)}; ` +
          `the street is ${formatMoney(event.savedNano)} better off than without trading`,
        ...event.statements.filter(hasTraded).map(statementLine),
      ];
    case "chain":
      return chainLines(event, label);
    case "rejected":
      return [`order of ${event.siteId} rejected: ${event.code}: ${event.message}`];
    case "warning":
      return [`! ${event.component}: ${event.message} (${event.code})`];
    case "recovered":
      return [`  ${event.component}: ${event.message}`];
    case "stopping":
      return ["", `stopping: ${event.reason}`];
    case "summary":
      return summaryLines(event);
  }
}

function deviceText(devices: Readonly<Record<string, number>>): string {
  const names: Readonly<Record<string, string>> = { modbus: "Modbus", opcua: "OPC UA" };
  return Object.entries(devices)
    .map(([protocol, count]) => `${count} ${names[protocol] ?? protocol} devices`)
    .join(", ");
}

function clearedLine(event: Extract<RunEvent, { event: "cleared" }>, when: string): string {
  if (event.status === "void") return `${when}  the gate closed too late: nobody trades`;
  if (event.clearingPrice === null) {
    return `${when}  no trade: ${event.bids} bids and ${event.offers} offers do not meet`;
  }
  const price = formatPrice(event.clearingPrice);
  return `${when}  cleared ${kwh(event.volumeWh)} in ${event.trades} trades at ${price} per kWh (${event.bids} bids, ${event.offers} offers)`;
}

function hasTraded(statement: SiteStatement): boolean {
  return statement.soldWh + statement.boughtWh > 0;
}

function statementLine(statement: SiteStatement): string {
  const sold = statement.soldWh > 0;
  const energyWh = sold ? statement.settledSoldWh : statement.settledBoughtWh;
  const saved = moneyNano(statement.withTradingNano - statement.withoutTradingNano);
  const sign = saved < 0n ? "" : "+";
  return `             ${statement.siteId.padEnd(9)} ${sold ? "sold  " : "bought"} ${kwh(energyWh).padStart(10)}   ${sign}${formatMoney(saved)}`;
}

function chainLines(
  event: Extract<RunEvent, { event: "chain" }>,
  label: (index: number) => string,
): readonly string[] {
  switch (event.kind) {
    case "committed":
    case "finalized":
    case "paid":
      return [
        `${label(event.intervalIndex)}  batch ${event.batchNumber} ${event.kind.padEnd(9)} ${event.transactionHash}`,
      ];
    case "withdrawn":
      return [
        `${event.siteId} withdrew ${formatMoney(moneyNano(event.amount * 1000n))}  ${event.transactionHash}`,
      ];
    case "unreachable":
      return [`! chain: ${event.message}; trying again`];
    case "reachable":
      return ["  chain: back"];
  }
}

function summaryLines(summary: RunSummary): readonly string[] {
  const { tokenBalanceMicro, conserved, contract } = summary.escrow;
  return [
    `${summary.intervals} intervals, ${summary.trades} trades, ${kwh(summary.settledWh)} of ${kwh(summary.tradedWh)} delivered and paid`,
    `together ${formatMoney(moneyNano(BigInt(summary.savedNano)))} better off than without trading`,
    tokenBalanceMicro === null
      ? "the chain did not answer: the escrow could not be audited"
      : `escrow ${contract}: ${summary.batchesFinalized} batches final, holds ${formatMoney(moneyNano(BigInt(tokenBalanceMicro) * 1000n))}, ` +
        (conserved ? "exactly what it owes" : "NOT what it owes"),
    `${summary.store.readings} readings in ${summary.store.server}`,
  ];
}
