import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { type ClearOptions, clearFile } from "./clear-command.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ORDERS = fileURLToPath(new URL("../../docs/orders.csv", import.meta.url));
const NETWORK = fileURLToPath(new URL("../../docs/network.json", import.meta.url));

function commonwatt(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, "vpp-core/src/cli/commonwatt.ts"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
}

async function clear(options: Partial<ClearOptions>, file = ORDERS): Promise<Record<string, unknown>[]> {
  const lines = await clearFile(file, { mechanism: "uniform-price", seed: "1", json: true, ...options });
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("commonwatt clear", () => {
  it("prints trades, traders and a summary as NDJSON", async () => {
    const lines = await clear({ mechanism: "mcafee", regret: true });
    expect(lines.filter(({ event }) => event === "trade")).toHaveLength(4);
    expect(lines[0]).toEqual({
      event: "trade",
      bid: 1,
      offer: 6,
      buyer: "anna",
      seller: "finn",
      energyWh: 1000,
      buyerPrice: 85_000,
      sellerPrice: 85_000,
    });
    expect(lines.find(({ trader }) => trader === "anna")).toEqual({
      event: "trader",
      trader: "anna",
      side: "bid",
      energyWh: 1000,
      cashNano: "85000000",
      gainNano: "85000000",
      regretNano: "0",
    });
    expect(lines.at(-1)).toEqual({
      event: "summary",
      mechanism: "mcafee",
      source: "McAfee 1992",
      kPerMille: null,
      seed: "1",
      orders: 10,
      trades: 4,
      volumeWh: 4000,
      clearingPrice: 85_000,
      welfareNano: "350000000",
      bestWelfareNano: "350000000",
      efficiency: 1,
      operatorNano: "0",
      gridNano: "0",
      regret: { largestNano: "0", trader: null },
    });
  });

  it("shows the lie that pays", async () => {
    const lines = await clear({ mechanism: "pay-as-bid", regret: true });
    // Anna bids what the last seller asks, as anyone would who pays as bid.
    expect(lines.find(({ trader }) => trader === "anna")).toMatchObject({
      regretNano: "90000000",
      lie: [[1000, 80_000]],
    });
    expect(lines.at(-1)).toMatchObject({
      efficiency: 1,
      regret: { largestNano: "90000000", trader: "anna" },
    });
  });

  it("clears within a network, with prices by zone, and the rent on the operator's account", async () => {
    const lines = await clear({ mechanism: "network-constrained", network: NETWORK });
    expect(lines.filter(({ event }) => event === "zone").map(({ zone }) => zone)).toEqual(["farms", "town"]);
    expect(lines.find(({ event }) => event === "flow")).toMatchObject({
      lineId: "cable",
      from: "farms",
      sentWh: 1500,
    });
    expect(lines.filter(({ event }) => event === "grid-trade")).toMatchObject([
      { energyWh: 30, gridPrice: 0 },
    ]);
    expect(lines.at(-1)).toMatchObject({ mechanism: "network-constrained", gridNano: "7500000" });
  });

  it("measures a mechanism with a tariff against the best there is with the grid", async () => {
    const lines = await clear({ mechanism: "mid-market-rate", retail: 60_000, feedIn: 50_000 });
    expect(lines.at(-1)).toMatchObject({ efficiency: 1, gridNano: "120000000", operatorNano: "0" });
  });

  it.each([
    [{ mechanism: "best" }, "no mechanism is called best; there are uniform-price, "],
    [{ mechanism: "toString" }, "no mechanism is called toString"],
    [{ mechanism: "sbba", k: 500 }, "sbba takes no k"],
    [{ retail: 3 }, "uniform-price looks at no tariff"],
    [{ network: NETWORK }, "uniform-price looks at no network"],
    [{ mechanism: "bill-sharing", retail: 3 }, "bill-sharing needs --retail and --feed-in"],
    [{ mechanism: "bill-sharing", retail: 1, feedIn: 2 }, "the feed-in price must not be above"],
    [{ mechanism: "network-constrained" }, "network-constrained needs --network"],
  ])("refuses %o", async (options, message) => {
    await expect(clear(options)).rejects.toMatchObject({
      code: "USAGE_BAD_MECHANISM",
      message: expect.stringContaining(message),
    });
  });

  it("searches no lies in books that would take minutes", async () => {
    const rows = Array.from({ length: 201 }, (_, i) => ({
      trader: `t${i}`,
      side: "bid",
      energyWh: 1,
      limitPrice: 1,
    }));
    const file = join(await temporaryFolder(), "many.json");
    await writeFile(file, JSON.stringify(rows));
    expect((await clear({}, file)).at(-1)).toMatchObject({ orders: 201, efficiency: null, regret: null });
    await expect(clear({ regret: true }, file)).rejects.toMatchObject({ code: "USAGE_BAD_MECHANISM" });
  });

  it.each([
    ["no JSON", "{", "USAGE_BAD_NETWORK", "JSON"],
    [
      "half a Wh",
      networkText({ capacityWh: 0.5 }),
      "USAGE_BAD_NETWORK",
      "/lines/0/capacityWh: must be integer",
    ],
    ["a zone that is none", networkText({ to: "moon" }), "USAGE_BAD_NETWORK", "no zone is called moon"],
    [
      "another place",
      '{"zones":["farms"],"lines":[]}',
      "USAGE_BAD_ORDERS",
      "order 1: zone: there is no zone town in the network",
    ],
  ])("refuses a network with %s", async (_, text, code, message) => {
    const network = join(await temporaryFolder(), "network.json");
    await writeFile(network, text);
    await expect(clear({ mechanism: "network-constrained", network })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("does what its page says, and ends with 2 for what has to be corrected", {
    timeout: 120_000,
  }, async () => {
    const page = await readFile(new URL("../../docs/mechanisms.md", import.meta.url), "utf8");
    const commands = [...page.matchAll(/^npx commonwatt (clear .*)$/gm)].map(([, words = ""]) =>
      words.split(" "),
    );
    expect(commands).toHaveLength(3);
    for (const words of commands) {
      const { status, stdout, stderr } = commonwatt(...words);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      if (words.includes("mcafee")) expect(page).toContain(stdout);
      if (words.includes("--json")) expect(stdout).toContain('"event":"summary"');
    }
    const bad = join(await temporaryFolder(), "bad.csv");
    await writeFile(bad, "trader,side,energyWh,limitPrice\nanna,bid,half,170000\n");
    expect(commonwatt("clear", bad, "--json")).toEqual(
      expect.objectContaining({
        status: 2,
        stdout: "",
        stderr: `USAGE_BAD_ORDERS: ${bad}: line 2: energyWh: it must be a whole number of Wh above 0, not "half"\n`,
      }),
    );
  });
});

function networkText(line: object): string {
  const whole = { id: "cable", from: "farms", to: "town", capacityWh: 1, feePrice: 0, lossPpm: 0 };
  return JSON.stringify({ zones: ["farms", "town"], lines: [{ ...whole, ...line }] });
}
