import { CommonwattError, type CommonwattPlugin, priceMicroPerKwh, wholeNumber } from "@commonwatt/vpp-core";
import { loadHighs } from "../linear-program/highs.ts";
import type { BookOrder, ClearingContext, Mechanism } from "../mechanisms/mechanism.ts";
import { MECHANISMS, mechanismOf } from "../mechanisms/mechanism-registry.ts";
import { readNetworkFile } from "../study/network-file.ts";
import { badFile, numberOfOrder, readOrderFile } from "../study/order-file.ts";
import { studyClearing } from "../study/study-clearing.ts";
import { studyEvents, studyTable } from "./clear-report.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

/** More orders would take minutes: each is lied about some three times for every order of the book. */
const REGRET_ORDERS_MAX = 200;

/** Its options, as the command line has them. */
export interface ClearOptions {
  readonly mechanism: string;
  readonly k?: number;
  readonly seed: string;
  readonly retail?: number;
  readonly feedIn?: number;
  readonly network?: string;
  readonly regret?: boolean;
  readonly json?: boolean;
}

/** Adds `commonwatt clear`: one mechanism over a file of orders, and how good the outcome is. */
export function registerClear(program: Program): void {
  const price = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  program
    .command("clear")
    .summary("clear a file of orders with a mechanism, and measure the outcome against the best")
    .description(
      "Clears the orders of a CSV file (trader,side,energyWh,limitPrice and zone for a network) or of a JSON list " +
        "of such objects. Prints trades, prices, welfare, its share of the best there is, the operator's account " +
        "and what each trader gains when its limits are the truth. Docs: market/docs/mechanisms.md.",
    )
    .argument("<orders>", "a .csv or .json file; energy in Wh, prices in micro per kWh (0.30 is 300000)")
    .option("--mechanism <name>", `one of ${Object.keys(MECHANISMS).join(", ")}`, "uniform-price")
    .option("--k <thousandths>", "where a price lies between two limits", wholeNumber(0, 1000))
    .option("--seed <text>", "decides draws and ties", "1")
    .option("--retail <micro>", "what the grid charges per kWh, for mechanisms with a tariff", price)
    .option("--feed-in <micro>", "what the grid pays per kWh, for mechanisms with a tariff", price)
    .option("--network <file>", "zones and lines as JSON, for network-constrained")
    .option("--regret", `also search each trader's best lie; for up to ${REGRET_ORDERS_MAX} orders`)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (file: string, options: ClearOptions) => {
      process.stdout.write(`${(await clearFile(file, options)).join("\n")}\n`);
    });
}

/**
 * Clears a file of orders and gives the lines to print.
 * @throws CommonwattError `USAGE_BAD_MECHANISM`, `USAGE_BAD_NETWORK`, `USAGE_BAD_ORDERS`, `USAGE_FILE_UNREADABLE`.
 */
export async function clearFile(file: string, options: ClearOptions): Promise<readonly string[]> {
  const { seed, regret = false, json = false } = options;
  const mechanism = chosenMechanism(options);
  const orders = await readOrderFile(file);
  if (regret && orders.length > REGRET_ORDERS_MAX) {
    throw wrong(
      `lies are searched in books of up to ${REGRET_ORDERS_MAX} orders, and ${file} has ${orders.length}`,
    );
  }
  const study = studyClearing(mechanism, orders, await contextOf(mechanism, options, file, orders), regret);
  const head = { mechanism, seed, orders };
  return json ? studyEvents(head, study).map((event) => JSON.stringify(event)) : studyTable(head, study);
}

function wrong(message: string): CommonwattError {
  return new CommonwattError("USAGE_BAD_MECHANISM", message);
}

function chosenMechanism({ mechanism: name, k }: ClearOptions): Mechanism {
  const names = Object.keys(MECHANISMS);
  if (!names.includes(name)) throw wrong(`no mechanism is called ${name}; there are ${names.join(", ")}`);
  const isKTaken = mechanismOf({ name }).kPerMille !== null;
  if (k !== undefined && !isKTaken) throw wrong(`${name} takes no k`);
  return mechanismOf(k === undefined ? { name } : { name, kPerMille: k });
}

/** Everything the mechanism looks at, and nothing it does not. */
async function contextOf(
  { name, promises }: Mechanism,
  { seed, retail, feedIn, network: networkFile }: ClearOptions,
  file: string,
  orders: readonly BookOrder[],
): Promise<ClearingContext> {
  const isTariffGiven = retail !== undefined || feedIn !== undefined;
  if (isTariffGiven && promises.needs !== "tariff") throw wrong(`${name} looks at no tariff`);
  if (networkFile !== undefined && promises.needs !== "network") throw wrong(`${name} looks at no network`);
  if (promises.needs === "tariff") {
    if (retail === undefined || feedIn === undefined) throw wrong(`${name} needs --retail and --feed-in`);
    if (feedIn > retail) throw wrong("the feed-in price must not be above the retail price");
    return { seed, tariff: { retailPrice: priceMicroPerKwh(retail), feedInPrice: priceMicroPerKwh(feedIn) } };
  }
  if (promises.needs === "network") {
    if (networkFile === undefined) throw wrong(`${name} needs --network`);
    const network = await readNetworkFile(networkFile);
    const lost = orders.filter(({ zone }) => zone === undefined || !network.zones.includes(zone));
    if (lost.length > 0) {
      const problems = lost.map(
        ({ id, zone }) =>
          `order ${numberOfOrder(id)}: zone: ${zone === undefined ? "it must be given" : `there is no zone ${zone} in the network`}`,
      );
      throw badFile("USAGE_BAD_ORDERS", file, problems);
    }
    return { seed, network, solver: await loadHighs() };
  }
  return { seed };
}
