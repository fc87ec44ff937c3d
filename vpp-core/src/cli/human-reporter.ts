import type { Writable } from "node:stream";
import type { SiteStatement } from "../ports/settlement.ts";
import type { RunEvent, RunReporter } from "../runtime/run-event.ts";
import type { RunSummary } from "../runtime/run-summary.ts";
import { isoTime } from "../time/iso-time.ts";
import { formatKwh, wattHours } from "../units/energy.ts";
import { formatMoney, type MoneyNano, moneyNano } from "../units/money.ts";
import { formatPrice } from "../units/price.ts";

/** Tells the run as a story, for a person at a terminal. */
export function humanReporter(output: Writable): RunReporter {
  const story = new Story();
  return (event) => {
    for (const line of story.tell(event)) output.write(`${line}\n`);
  };
}

type EventOf<Name extends RunEvent["event"]> = Extract<RunEvent, { event: Name }>;

/** Remembers what earlier lines said: when an interval was, and what money is called. */
class Story {
  readonly #times = new Map<number, string>();
  #currency = "";

  tell(event: RunEvent): readonly string[] {
    switch (event.event) {
      case "starting":
        return [`starting ${event.step} …`];
      case "ready":
        return this.#ready(event);
      case "cleared":
        return [this.#cleared(event)];
      case "settled":
        return this.#settled(event);
      case "chain":
        return this.#chain(event);
      case "serving":
        return [`  ${event.siteId} is shared: ${event.server} at ${event.address}`];
      case "rejected":
        return [`! order of ${event.siteId} rejected: ${event.message} (${event.code})`];
      case "warning":
        return [`! ${event.component}: ${event.message} (${event.code})`];
      case "recovered":
        return [`  ${event.component}: ${event.message}`];
      case "stopping":
        return ["", `stopping: ${event.reason}`];
      case "summary":
        return this.#summary(event);
    }
  }

  #money(amount: MoneyNano): string {
    return `${formatMoney(amount)} ${this.#currency}`;
  }

  #compared(saved: MoneyNano): string {
    const amount = this.#money(moneyNano(saved < 0n ? -saved : saved));
    return `${amount} ${saved < 0n ? "worse" : "better"} off than without trading`;
  }

  #when(index: number): string {
    return this.#times.get(index) ?? `interval ${index}`;
  }

  #ready(event: EventOf<"ready">): readonly string[] {
    this.#currency = event.currency;
    const kept =
      event.dataDirectory === null
        ? "nothing is kept after this run; --data DIR keeps it"
        : event.dataDirectory;
    return [
      "",
      `${event.community}: ${event.homes} homes, ${devicesText(event.devices)}`,
      `  time  ${timeText(event)}`,
      ...wireLines(event.addresses),
      `  API   ${event.apiUrl}`,
      `  docs  ${event.docsUrl}`,
      ...chainLines(event),
      `  store ${event.store}; ${kept}`,
      "",
    ];
  }

  #cleared(event: EventOf<"cleared">): string {
    this.#times.set(event.intervalIndex, `${clockText(event.startMs)}-${clockText(event.endMs)}`);
    const when = this.#when(event.intervalIndex);
    const orders = `${event.bids} bids, ${event.offers} offers`;
    const before =
      event.continuousWh > 0 ? `traded ${kwhText(event.continuousWh)} before the gate closed` : null;
    if (event.status === "void") {
      return `${when}  the gate closed too late for a call auction: ${before ?? "nobody trades"}`;
    }
    if (event.clearingPrice === null) {
      return `${when}  ${before ?? "no trade"}: what was left does not meet (${orders})`;
    }
    const price = `${formatPrice(event.clearingPrice)} ${this.#currency} per kWh`;
    const cleared = kwhText(event.volumeWh - event.continuousWh);
    const beside = before === null ? "" : `, ${before}`;
    return `${when}  cleared ${cleared} at ${price}${beside}, in ${event.trades} trades (${orders})`;
  }

  #settled(event: EventOf<"settled">): readonly string[] {
    const delivered = `${kwhText(event.settledWh)} of ${kwhText(event.tradedWh)}`;
    return [
      `${this.#when(event.intervalIndex)}  delivered ${delivered}; ${this.#compared(event.savedNano)}:`,
      ...event.statements.filter(hasTraded).map((statement) => this.#statement(statement)),
    ];
  }

  #statement(statement: SiteStatement): string {
    const hasSold = statement.soldWh > 0;
    const energy = kwhText(hasSold ? statement.settledSoldWh : statement.settledBoughtWh).padStart(10);
    const gained = moneyNano(statement.withTradingNano - statement.withoutTradingNano);
    const gain = `${gained < 0n ? "" : "+"}${this.#money(gained)}`;
    return `             ${statement.siteId.padEnd(9)} ${hasSold ? "sold  " : "bought"} ${energy}  ${gain.padStart(11)}`;
  }

  #chain(event: EventOf<"chain">): readonly string[] {
    switch (event.kind) {
      case "committed":
      case "finalized":
      case "paid":
        return [
          `${this.#when(event.intervalIndex)}  batch ${event.batchNumber} ${BATCH_STEPS[event.kind].padEnd(9)}  ${event.transactionHash}`,
        ];
      case "withdrawn":
        return [
          `             ${event.siteId.padEnd(9)} withdrew ${this.#money(ofMicro(event.amount))}  ${event.transactionHash}`,
        ];
      case "taken-back":
        return [`! batch ${event.batchNumber} was taken back (${event.reason})  ${event.transactionHash}`];
      case "unreachable":
        return [`! chain: ${event.message}; trying again`];
      case "reachable":
        return ["  chain: back"];
      case "held-back":
        return [`! chain: ${event.message}`];
    }
  }

  #summary(summary: RunSummary): readonly string[] {
    this.#currency = summary.currency;
    const { tokenBalanceMicro, conserved, contract } = summary.escrow;
    const escrow =
      tokenBalanceMicro === null
        ? "the chain did not answer: the escrow could not be audited"
        : `the escrow ${contract} holds ${this.#money(ofMicro(BigInt(tokenBalanceMicro)))}: ` +
          (conserved ? "exactly what it owes" : "NOT what it owes");
    return [
      `${summary.intervals} intervals, ${summary.trades} trades: ${kwhText(summary.tradedWh)} traded, ${kwhText(summary.settledWh)} delivered`,
      `together ${this.#compared(moneyNano(BigInt(summary.savedNano)))}`,
      `${summary.batchesFinalized} batches final; ${escrow}`,
      summary.store.readings === null
        ? `${summary.store.server} did not answer: the last readings wait for it`
        : `${summary.store.readings} readings in ${summary.store.server}`,
    ];
  }
}

/** What the lines call a batch's way to the chain. */
const BATCH_STEPS = { committed: "committed", finalized: "final", paid: "paid" } as const;

/** When the community's time begins; it is UTC, as in all lines. */
function timeText({ startMs, speed }: EventOf<"ready">): string {
  const start = `${isoTime(startMs).slice(0, 10)} ${clockText(startMs)} UTC`;
  return speed === 1 ? start : `${start}, ${speed} times as fast as real time`;
}

function ofMicro(amount: bigint): MoneyNano {
  return moneyNano(amount * 1000n);
}

function clockText(timeMs: number): string {
  return isoTime(timeMs).slice(11, 16);
}

function kwhText(energyWh: number): string {
  return `${formatKwh(wattHours(energyWh))} kWh`;
}

function devicesText(devices: Readonly<Record<string, number>>): string {
  const names: Readonly<Record<string, string>> = { modbus: "Modbus", opcua: "OPC UA" };
  const parts = Object.entries(devices).map(
    ([protocol, count]) => `${count} on ${names[protocol] ?? protocol}`,
  );
  return parts.length === 0 ? "no device answers yet" : `devices: ${parts.join(", ")}`;
}

function hasTraded(statement: SiteStatement): boolean {
  return statement.soldWh + statement.boughtWh > 0;
}

/** One address to look at the wire, for the curious. */
function wireLines(addresses: Readonly<Record<string, string>>): readonly string[] {
  const [first] = Object.entries(addresses);
  return first === undefined ? [] : [`  wire  ${first[0]} at ${first[1]}`];
}

/** How anybody can check every batch, while nobody but the street's own lines knows where its chain is. */
function chainLines({ chainUrl, apiUrl }: EventOf<"ready">): readonly string[] {
  if (chainUrl === null) return [];
  return [
    `  chain ${chainUrl}; check every batch yourself:`,
    `        npx commonwatt watch --rpc ${chainUrl} --source ${apiUrl}`,
  ];
}
