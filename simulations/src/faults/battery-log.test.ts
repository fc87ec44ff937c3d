import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batteryLog } from "./battery-log.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "commonwatt-battery-log-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("tells what a battery does now and what it did since a time, whole lines only", async () => {
  const file = join(directory, "log");
  const log = batteryLog(file);
  expect(log.doing("modbus")).toBe("neutral");
  const charge = { battery: "modbus", doing: "charge", atMs: 10 };
  const neutral = { battery: "modbus", doing: "neutral", atMs: 20 };
  const other = { battery: "opcua", doing: "discharge", atMs: 20 };
  for (const event of [charge, other, neutral]) appendFileSync(file, `${JSON.stringify(event)}\n`);
  appendFileSync(file, '{"battery":"modbus","doing":"dis');
  expect(log.doing("modbus")).toBe("neutral");
  expect(log.doing("opcua")).toBe("discharge");
  expect(log.since("modbus", 10)).toEqual([charge, neutral]);
  expect(log.since("modbus", 11)).toEqual([neutral]);
  appendFileSync(file, 'charge","atMs":30}\n');
  expect(await log.wait(() => log.doing("modbus") === "discharge", 0)).toBe(true);
  expect(await log.wait(() => log.doing("opcua") === "neutral", 0)).toBe(false);
});
