import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hardwareLog } from "./hardware-log.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "commonwatt-hardware-log-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("tells what a battery does now and what it did since a time, whole lines only", async () => {
  const file = join(directory, "log");
  const log = hardwareLog(file);
  expect(log.doing("model124")).toBe("neutral");
  const charge = { subject: "model124", doing: "charge", atMs: 10 };
  const neutral = { subject: "model124", doing: "neutral", atMs: 20 };
  const other = { subject: "opcua", doing: "discharge", atMs: 20 };
  for (const event of [charge, other, neutral]) appendFileSync(file, `${JSON.stringify(event)}\n`);
  appendFileSync(file, '{"subject":"model124","doing":"dis');
  expect(log.doing("model124")).toBe("neutral");
  expect(log.doing("opcua")).toBe("discharge");
  expect(log.since("model124", 10)).toEqual([charge, neutral]);
  expect(log.since("model124", 11)).toEqual([neutral]);
  appendFileSync(file, 'charge","atMs":30}\n');
  expect(await log.wait(() => log.doing("model124") === "discharge", 0)).toBe(true);
  expect(await log.wait(() => log.doing("opcua") === "neutral", 0)).toBe(false);
});
