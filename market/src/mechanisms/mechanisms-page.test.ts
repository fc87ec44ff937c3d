import { fileURLToPath } from "node:url";
import { seededRandom } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { SYMMETRIC, smithsAlpha, tradingDays } from "../../test/bidding-session.ts";
import { book, type Row } from "../../test/books.ts";
import type { Bidder } from "../bidders/bidder.ts";
import { linearRamp } from "../bidders/linear-ramp.ts";
import { truthful } from "../bidders/truthful.ts";
import { zeroIntelligenceConstrained, zeroIntelligenceUnconstrained } from "../bidders/zero-intelligence.ts";
import { zip } from "../bidders/zip.ts";
import { type ClearOptions, clearFile } from "../cli/clear-command.ts";
import { efficiencyOf } from "../oracle/welfare.ts";
import type { BookOrder, Mechanism, MechanismPromises } from "./mechanism.ts";
import { MECHANISMS } from "./mechanism-registry.ts";

const OPERATOR: Readonly<Record<MechanismPromises["operator"], string>> = {
  zero: "exact: 0",
  rounding: "exact but for rounding: below 1 nano per Wh",
  surplus: "weak: the operator may gain",
  deficit: "none: the operator may lose",
};
const TRUTHFUL: Readonly<Record<MechanismPromises["truthfulFor"], string>> = {
  nobody: "–",
  "unit-traders": "traders of one unit",
  "single-orders": "traders with one order, about its price",
  "all-traders": "everyone",
};

function rowOf({ name, source, kPerMille, promises }: Mechanism): string {
  const welfare = promises.efficient
    ? "the best"
    : promises.losesOneTradeAtMost
      ? "at least (1 − 1/K) of it, in units"
      : "–";
  const isLive = promises.onePricePerTrade && promises.needs === "nothing";
  const cells = [
    `\`${name}\``,
    source,
    welfare,
    OPERATOR[promises.operator],
    TRUTHFUL[promises.truthfulFor],
    promises.leavesNoCrossing ? "no" : "maybe",
    kPerMille === null ? "–" : String(kPerMille),
    promises.needs === "nothing" ? "–" : promises.needs,
    isLive ? "yes" : "no",
  ];
  return `| ${cells.join(" | ")} |`;
}

const SAMPLE = ["orders.csv", "network.json"].map((name) =>
  fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)),
);

/** What `commonwatt clear` prints for the sample. */
function cleared(name: string, options: Partial<ClearOptions>): Promise<readonly string[]> {
  return clearFile(SAMPLE[0] ?? "", { mechanism: name, seed: "1", ...options });
}

const NEEDS: Readonly<Record<MechanismPromises["needs"], Partial<ClearOptions>>> = {
  nothing: {},
  tariff: { retail: 60_000, feedIn: 50_000 },
  network: { network: SAMPLE[1] ?? "" },
};

interface Summary {
  readonly volumeWh: number;
  readonly clearingPrice: number | null;
  readonly efficiency: number | null;
  readonly operatorNano: string;
  readonly regret: { readonly largestNano: string };
}

async function figuresOf(mechanism: Mechanism): Promise<string> {
  const { name, promises } = mechanism;
  const lines = await cleared(name, { ...NEEDS[promises.needs], regret: true, json: true });
  const { volumeWh, clearingPrice, efficiency, operatorNano, regret }: Summary = JSON.parse(
    lines.at(-1) ?? "",
  );
  const randomBooks =
    promises.needs === "nothing" ? [...sharesOf(mechanism, 10), ...sharesOf(mechanism, 50)] : [];
  const cells = [
    `\`${name}\``,
    String(volumeWh),
    clearingPrice === null ? "–" : String(clearingPrice),
    percent(efficiency ?? 1),
    operatorNano,
    regret.largestNano,
    ...(randomBooks.length > 0 ? randomBooks.map(percent) : ["–", "–", "–", "–"]),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Mean and least share of the best welfare over books of so many buyers and sellers, the same on every run. */
function sharesOf(mechanism: Mechanism, size: number): readonly number[] {
  const shares = Array.from({ length: 60 }, (_, i) => {
    const orders = randomBook(size, i);
    return efficiencyOf(orders, mechanism.clear(orders, { seed: String(i) })) ?? 1;
  });
  return [shares.reduce((sum, share) => sum + share, 0) / shares.length, Math.min(...shares)];
}

/** Orders of 1 to 1000 Wh at limits of 1 to 100 000. */
function randomBook(size: number, at: number): readonly BookOrder[] {
  const random = seededRandom(`mechanisms-page/${size}/${at}`);
  const rows = (): Row[] =>
    Array.from({ length: size }, () => [random.integer(1, 1_000), random.integer(1, 100_000)]);
  return book(rows(), rows());
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Ten sessions of six days in the symmetric market of Cliff and Bruten. */
function bidderRow<Memory>(bidder: Bidder<Memory>): string {
  const days = Array.from({ length: 10 }, (_, i) =>
    tradingDays(bidder, SYMMETRIC, 350_000, 6, seededRandom(`mechanisms-page/bidders/${i}`)),
  );
  const mean = (values: readonly number[]): string =>
    percent(values.reduce((sum, value) => sum + value, 0) / values.length);
  const late = days.flatMap((session) => session.slice(2));
  const cells = [
    `\`${bidder.name}\``,
    bidder.source,
    mean(days.flatMap((session) => session.slice(0, 1)).map(({ efficiency }) => efficiency)),
    mean(late.map(({ efficiency }) => efficiency)),
    mean(late.map(smithsAlpha)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function biddersPart(): string {
  return `## Bidders

Studies need traders ([bidders](../src/bidders/bidder.ts)): pure, their memory a value, their chance a seeded source. What
they make of a continuous double auction among eleven buyers and eleven sellers, values .075 to .325 per kWh on both sides
(Cliff and Bruten's symmetric market): the share of the best welfare on the first day, that from the third to the sixth,
and how far prices then lie from the equilibrium (Smith's α). Means of ten sessions.

| bidder | source | first day | later | α |
|---|---|---|---|---|
${[
  bidderRow(zeroIntelligenceUnconstrained),
  bidderRow(zeroIntelligenceConstrained),
  bidderRow(zip),
  bidderRow(linearRamp),
  bidderRow(truthful),
].join("\n")}
`;
}

async function page(): Promise<string> {
  const mechanisms = Object.values(MECHANISMS).map((make) => make());
  return [promisesPart(mechanisms), await clearPart(), await figuresPart(mechanisms)].join("\n");
}

function promisesPart(mechanisms: readonly Mechanism[]): string {
  return `# Mechanisms

Every clearing rule with what it promises, from the promises in its own file. The property suite tries to break each one
on random books. This page is written by a test that fails when it is out of date, and renews it with
\`npm test -- market/src/mechanisms -u\`.

Of every mechanism holds, and is tried too: it is individually rational, for nobody trades against their limit or beyond
their energy, nobody loses by taking part, and who trades nothing pays nothing; energy balances to the Wh;
\`paid by buyers = got by sellers + operator + grid\` to the nano; welfare is never beyond the best; the order in which
orders are given does not matter; the same seed gives the same outcome; a better limit never loses what a worse one had
(orders of one energy).

| mechanism | source | welfare | budget balance | truthful for | crossing left | default k ‰ | needs | live |
|---|---|---|---|---|---|---|---|---|
${mechanisms.map(rowOf).join("\n")}

- **Welfare** is what the trades are worth to all, at the limits of their orders. K is the number of trades in the best
  allocation; with a lottery the bound holds on average. For \`network-constrained\` it is the best within the network.
- **Budget balance** is about the operator's account between what buyers pay and sellers get. What
  \`network-constrained\` gains is congestion rent; where lines lose energy, whole watt-hours may cost it up to the price
  of two Wh for each line and zone.
- **Truthful** means that no lie pays, whatever the others do. The controls beside the suite find lies that pay under
  \`uniform-price\`, \`pay-as-bid\`, and under MUDA when it splits orders instead of traders.
- **Live** mechanisms can clear a running market: one price per trade, and nothing needed but orders.
- Ties and lotteries are drawn from a seed and the traders' names. A running market's seed is its name and the interval.
- Money is whole numbers. Nothing but \`wholeQuotient\` divides, and what is rounded says in its header in whose favour; a
  test allows no fraction elsewhere. The one float that becomes money is a zone's price of \`network-constrained\`.
- All cost O(n log n) for n orders, but for \`vcg\` and \`muda-vickrey\`, whose fees walk over the orders that would take a
  trader's place (O(n²) at worst), and \`network-constrained\`, a linear program.
`;
}

async function clearPart(): Promise<string> {
  const table = (await cleared("mcafee", { regret: true })).join("\n");
  return `## Clear a file of orders

A book is a CSV file, one order a line, energy in Wh and limit in micro per kWh ([orders.csv](orders.csv)), or a JSON list
of objects with the same fields. A trader has one side, and as many orders as they like.

\`\`\`sh
npx commonwatt clear market/docs/orders.csv --mechanism mcafee --regret
\`\`\`

\`\`\`text
${table}
\`\`\`

\`--regret\` searches, for each trader, the lie about price or energy that pays best while the others tell the truth. With
\`--json\` every trade, trader and figure is a line of NDJSON, and the last line is the summary. What is wrong in a file is
told by line and field, and ends with exit code 2.

Mechanisms with a tariff take the grid's prices, and \`network-constrained\` takes zones and lines
([network.json](network.json)): the most Wh that may enter a line in the interval, the grid's fee for them, and the loss in
parts per million.

\`\`\`sh
npx commonwatt clear market/docs/orders.csv --mechanism mid-market-rate --retail 60000 --feed-in 50000
npx commonwatt clear market/docs/orders.csv --mechanism network-constrained --network market/docs/network.json --json
\`\`\`
`;
}

async function figuresPart(mechanisms: readonly Mechanism[]): Promise<string> {
  const figures = await Promise.all(mechanisms.map(figuresOf));
  return `## All of them on the same orders

The left half is what \`commonwatt clear\` says of \`orders.csv\`, with the tariff and the network above: energy between
traders, one price where there is one, welfare as a share of the best (with the grid, or within the network, where the
mechanism knows it), what the operator keeps, and what the best lie of anyone gains. The right half is the share of the
best over 60 random books of 10 buyers and 10 sellers, and of 50 and 50, of 1 to 1000 Wh each: mean and least.

| mechanism | Wh | micro/kWh | of the best | operator, nano | best lie, nano | 10 + 10, mean | least | 50 + 50, mean | least |
|---|---|---|---|---|---|---|---|---|---|
${figures.join("\n")}

${biddersPart()}
## Try to break one

\`\`\`sh
FC_RUNS=10000 npm test -- market/src/mechanisms market/src/oracle
\`\`\`

runs every law on ten thousand random books for each mechanism, instead of a hundred: some minutes on two cores. Each law
has a broken mechanism beside it that it must catch. [Adding a mechanism](adding-a-mechanism.md) is one file and one line.
`;
}

test("docs/mechanisms.md says what the mechanisms promise, and what they do", {
  timeout: 120_000,
}, async () => {
  await expect(await page()).toMatchFileSnapshot("../../docs/mechanisms.md");
});
