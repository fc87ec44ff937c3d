import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wholeQuotient } from "./whole-quotient.ts";

/** What makes a fraction out of whole numbers, or reads one: none of it belongs where money is counted. */
const INEXACT =
  /\/(?!\/)|\*\*|\bMath\.(?!min\b|max\b)\w+|\b\d[\d_]*\.\d|\b\d+e-?\d|parseFloat|toFixed|toPrecision|EPSILON/;

/** Where fractions may be, and what for. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The division itself, after the rest is taken off.
  "mechanisms/whole-quotient.ts": ["return (dividend - (dividend % divisor)) / divisor;"],
  // A draw, which decides no price.
  "mechanisms/muda.ts": [
    "const left = orders.filter((order) => drawOf(order) < 0.5);",
    "const right = orders.filter((order) => drawOf(order) >= 0.5);",
  ],
  // A dual becomes a price: the one rounding of money, to the nearest whole micro.
  "mechanisms/network-constrained.ts": [
    "return priceMicroPerKwh(Math.min(high, Math.max(low, Math.round(dual))));",
  ],
  // The linear program has fractions, and its energies become whole.
  "network/optimal-flow.ts": ["[receiver, 1 - line.lossPpm / 1e6],"],
  "network/whole-flow.ts": [
    "const WHOLE_WITHIN = 1e-4;",
    "return Math.floor(value + WHOLE_WITHIN);",
    "return Math.ceil(value - WHOLE_WITHIN);",
    "Math.max(Math.round(optimum.soldWh), neededWh - arrivingWh, 0),",
  ],
  // A share, to look at; and an energy of a lie.
  "oracle/best-welfare.ts": [
    "return moneyNano(BigInt(Math.round(networkOptimum(orders, network, solver))));",
  ],
  "oracle/welfare.ts": ["return best === 0n ? null : Number(welfareOf(orders, outcome)) / Number(best);"],
  "oracle/regret.ts": [
    "const energies = new Set([1, Math.floor(order.energyWh / 2), order.energyWh - 1, 2 * order.energyWh]);",
  ],
};

const FOLDER = join(import.meta.dirname, "..");
const sources = ["mechanisms", "network", "oracle"].flatMap((folder) =>
  readdirSync(join(FOLDER, folder))
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** Lines of a source without comments, and without the text in quotes where something inexact is looked for. */
function inexactLines(text: string): readonly string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .map((line) => line.replace(/\/\/.*/, "").trim())
    .filter((line) => INEXACT.test(line.replace(/"[^"]*"|`[^`]*`/g, "")));
}

describe("money is whole numbers", () => {
  it("in more than twenty files", () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it.each(sources)("%s divides and rounds nothing beyond what is listed here", (name) => {
    expect(inexactLines(readFileSync(join(FOLDER, name), "utf8"))).toEqual(ALLOWED[name] ?? []);
  });

  it.each(["price = a / b;", "Math.round(x)", "x * 0.5", "x ** 2", "1e-6 < x", "Number.parseFloat(x)"])(
    "%s would be seen",
    (code) => {
      expect(inexactLines(code)).toEqual([code]);
    },
  );

  it.each(["a % b", "Math.min(a, b)", "divFloor(a, b)", '"a/b"', "x(); // a / b"])("%s is fine", (code) => {
    expect(inexactLines(code)).toEqual([]);
  });

  it("a whole quotient is exact to the end of the safe integers", () => {
    const max = Number.MAX_SAFE_INTEGER;
    for (const divisor of [1, 2, 3, 7, 999, 1000, 2 ** 26 + 1, max - 1, max]) {
      for (const dividend of [0, 1, divisor - 1, divisor, max - 1, max]) {
        expect(BigInt(wholeQuotient(dividend, divisor))).toBe(BigInt(dividend) / BigInt(divisor));
      }
    }
  });
});
