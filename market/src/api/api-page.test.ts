import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { INTERVAL, keyOf, orderOf, SITES } from "../../test/sample-market.ts";
import { DEFAULT_API_LIMITS } from "./api-limits.ts";
import { listeningMarket } from "./test-market.ts";

const PAGE = new URL("../../docs/api.md", import.meta.url);

it("trades with the script of the page, as it stands there", async () => {
  const page = await readFile(PAGE, "utf8");
  const script = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((block) => block[1]).join("\n");
  const market = await listeningMarket();
  await market.venue.submit(orderOf(3, "offer", 300, 100_000));
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, MARKET_URL: market.url, SITE_KEY: keyOf(1) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === "waiting for the gate") await market.venue.closeGate(INTERVAL.index);
  }
  expect(lines).toEqual([
    `account ${SITES[0]?.account}`,
    "placed true",
    "best bid 280000",
    "first is replaced",
    "cancelled 1",
    "waiting for the gate",
    "cleared 300 at 280000",
    "filled 300 at 280000",
    "steps 1 1",
  ]);
}, 30_000);

it("says the limits that hold by default", async () => {
  const page = (await readFile(PAGE, "utf8")).replaceAll(/(?<=\d) (?=\d)/g, "");
  const { addressPerMinute, siteBurst, sitePerSecond, streamsMax } = DEFAULT_API_LIMITS;
  for (const text of [
    `${addressPerMinute} a minute`,
    `${siteBurst}, then ${sitePerSecond} a second`,
    `| ${streamsMax} |`,
  ])
    expect(page).toContain(text);
});
