import { expect, test } from "vitest";
import type { Mechanism, MechanismPromises } from "./mechanism.ts";
import { MECHANISMS } from "./mechanism-registry.ts";

const OPERATOR: Readonly<Record<MechanismPromises["operator"], string>> = {
  zero: "nothing",
  rounding: "less than 1 nano per Wh",
  surplus: "may gain",
  deficit: "may lose",
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

function page(): string {
  return `# Mechanisms

Every clearing rule with what it promises, from the promises in its own file. The property suite tries to break each one
on random books. This page is written by a test that fails when it is out of date, and renews it with
\`npm test -- market/src/mechanisms -u\`.

Of every mechanism holds, and is tried too: nobody trades against their limit or beyond their energy, and nobody loses by
taking part; energy balances to the Wh; \`paid by buyers = got by sellers + operator + grid\` to the nano; the order in
which orders are given does not matter; the same seed gives the same outcome; a better limit never loses what a worse one
had (orders of one energy).

| mechanism | source | welfare | operator | truthful for | crossing left | default k ‰ | needs | live |
|---|---|---|---|---|---|---|---|---|
${Object.values(MECHANISMS)
  .map((make) => rowOf(make()))
  .join("\n")}

- **Welfare** is what the trades are worth to all, at the limits of their orders. K is the number of trades in the best
  allocation; with a lottery the bound holds on average. For \`network-constrained\` it is the best within the network.
- **Operator** is the account between what buyers pay and sellers get. What \`network-constrained\` gains is congestion
  rent; where lines lose energy, whole watt-hours may cost it up to the price of two Wh for each line and zone.
- **Truthful** means that no lie pays, whatever the others do. The controls beside the suite find lies that pay under
  \`uniform-price\`, \`pay-as-bid\`, and under MUDA when it splits orders instead of traders.
- **Live** mechanisms can clear a running market: one price per trade, and nothing needed but orders.
- Ties and lotteries are drawn from a seed and the traders' names. A running market's seed is its name and the interval.
- All cost O(n log n) for n orders, but for \`vcg\` and \`muda-vickrey\`, whose fees walk over the orders that would take a
  trader's place (O(n²) at worst), and \`network-constrained\`, a linear program.

[Adding a mechanism](adding-a-mechanism.md) is one file and one line.
`;
}

test("docs/mechanisms.md says what the mechanisms promise", async () => {
  await expect(page()).toMatchFileSnapshot("../../docs/mechanisms.md");
});
