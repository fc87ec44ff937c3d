import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { siteId } from "../grid/site.ts";
import type { SiteStatement } from "../ports/settlement.ts";
import type { RunEvent } from "../runtime/run-event.ts";
import { intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { moneyNano } from "../units/money.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { humanReporter } from "./human-reporter.ts";
import { jsonReporter } from "./json-reporter.ts";

function sink(): { output: Writable; text: () => string } {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { output, text: () => text };
}

const index = intervalIndex(7);
const ready: RunEvent = {
  event: "ready",
  community: "street",
  currency: "EUR",
  startMs: Date.UTC(2026, 5, 21, 6, 58),
  speed: 90,
  homes: 2,
  devices: { modbus: 3, opcua: 1 },
  addresses: { "home-1/inverter": "127.0.0.1:5020 unit 1" },
  apiUrl: "http://127.0.0.1:1",
  docsUrl: "http://127.0.0.1:1/docs",
  chainUrl: "http://127.0.0.1:2",
  store: "PostgreSQL 18",
  dataDirectory: null,
};
const cleared: RunEvent = {
  event: "cleared",
  intervalIndex: index,
  startMs: Date.UTC(2026, 5, 21, 7),
  endMs: Date.UTC(2026, 5, 21, 7, 15),
  status: "cleared",
  clearingPrice: priceMicroPerKwh(190_000),
  volumeWh: wattHours(1500),
  continuousWh: wattHours(300),
  trades: 2,
  bids: 3,
  offers: 4,
};
const statement: SiteStatement = {
  siteId: siteId("home-1"),
  intervalIndex: index,
  soldWh: wattHours(0),
  boughtWh: wattHours(500),
  settledSoldWh: wattHours(0),
  settledBoughtWh: wattHours(480),
  meteredImportWh: wattHours(480),
  meteredExportWh: wattHours(0),
  creditNano: moneyNano(0n),
  debitNano: moneyNano(91_200_000n),
  withTradingNano: moneyNano(-91_200_000n),
  withoutTradingNano: moneyNano(-144_000_000n),
};
const settled: RunEvent = {
  event: "settled",
  intervalIndex: index,
  batchNumber: 1,
  tradedWh: 1500,
  settledWh: wattHours(1480),
  statements: [statement],
  savedNano: moneyNano(52_800_000n),
};

test("a person reads what was traded, delivered, earned and paid", () => {
  const { output, text } = sink();
  const report = humanReporter(output);
  for (const event of [ready, cleared, settled]) report(event);
  report({ ...settled, savedNano: moneyNano(-52_800_000n) });
  report({ event: "chain", kind: "paid", batchNumber: 1, intervalIndex: index, transactionHash: "0xabc" });
  expect(text()).toContain("street: 2 homes, devices: 3 on Modbus, 1 on OPC UA");
  expect(text()).toContain("time  2026-06-21 06:58 UTC, 90 times as fast as real time");
  expect(text()).toContain("wire  home-1/inverter at 127.0.0.1:5020 unit 1");
  expect(text()).toContain("npx commonwatt watch --rpc http://127.0.0.1:2 --source http://127.0.0.1:1\n");
  expect(text()).toContain(
    "07:00-07:15  cleared 1.200 kWh at 0.1900 EUR per kWh, traded 0.300 kWh before the gate closed, in 2 trades (3 bids, 4 offers)",
  );
  const delivered = "07:00-07:15  delivered 1.480 kWh of 1.500 kWh; 0.0528 EUR";
  expect(text()).toContain(`${delivered} better off than without trading:\n`);
  expect(text()).toContain(`${delivered} worse off than without trading:\n`);
  expect(text()).toMatch(/home-1 +bought +0\.480 kWh +\+0\.0528 EUR/);
  expect(text()).toMatch(/07:00-07:15 {2}batch 1 paid +0xabc/);
});

test("a chain of somebody else is not named: its address may hold a key", () => {
  const { output, text } = sink();
  humanReporter(output)({ ...ready, chainUrl: null });
  expect(text()).toContain("docs  http://127.0.0.1:1/docs");
  expect(text()).not.toContain("commonwatt watch");
});

test("a program reads one JSON object a line: times in ISO 8601, money as decimal strings", () => {
  const { output, text } = sink();
  const report = jsonReporter(output);
  for (const event of [ready, cleared, settled]) report(event);
  const [zeroth, first, second] = text()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(zeroth).toMatchObject({ event: "ready", start: "2026-06-21T06:58:00.000Z", speed: 90 });
  expect(first).toMatchObject({
    event: "cleared",
    start: "2026-06-21T07:00:00.000Z",
    clearingPrice: 190_000,
  });
  expect(second).toMatchObject({ event: "settled", savedNano: "52800000", settledWh: 1480 });
});
