import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { siteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { MeteringStore } from "../ports/store.ts";
import { epochMs } from "../time/clock.ts";
import { wattHours } from "../units/energy.ts";
import { saveKeptReadings, unsavedReadings } from "./unsaved-readings.ts";

const id = siteId("home-1");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unsaved-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function reading(sequence: number): SignedMeterReading {
  const registers = { importWh: wattHours(0), exportWh: wattHours(0) };
  const signed = { meterKey: "0x", signature: "0x" } as const;
  return { siteId: id, sequence, takenAtMs: epochMs(sequence), ...registers, ...signed };
}

test("readings reach a store that comes back in their order, told once, and flush says when it is away", async () => {
  const saved: number[] = [];
  const told: string[] = [];
  let down = true;
  const store = {
    async save(readings: readonly SignedMeterReading[]) {
      if (down) throw new Error("down");
      saved.push(...readings.map(({ sequence }) => sequence));
    },
  } as unknown as MeteringStore;
  const quiet = (): void => undefined;
  const tell = (_fields: object, text: string): void => void told.push(text);
  const logger: Logger = { debug: quiet, info: tell, warn: tell, error: tell, child: () => logger };
  const unsaved = unsavedReadings({ siteId: id, metering: store, spoolDirectory: folder, logger });
  unsaved.add(reading(1));
  unsaved.add(reading(2));
  await expect(unsaved.flush()).rejects.toThrow("down");
  unsaved.retry();
  await expect(unsaved.flush()).rejects.toThrow("down");
  expect(told).toEqual(["meter readings wait"]);
  down = false;
  unsaved.add(reading(3));
  await unsaved.flush();
  expect(saved).toEqual([1, 2, 3]);
  expect(told).toEqual(["meter readings wait", "meter readings that waited are saved"]);
});

test("what a store does not take before the end is kept, and saved once before the next run begins", async () => {
  const saved: number[] = [];
  let down = true;
  const metering = {
    async save(readings: readonly SignedMeterReading[]) {
      if (down) throw new Error("down");
      saved.push(...readings.map(({ sequence }) => sequence));
    },
  } as unknown as MeteringStore;
  const quiet = (): void => undefined;
  const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
  const unsaved = unsavedReadings({ siteId: id, metering, spoolDirectory: folder, logger });
  unsaved.add(reading(8));
  unsaved.add(reading(9));
  await unsaved.close();
  await expect(saveKeptReadings(folder, id, metering)).rejects.toThrow("down");
  down = false;
  await saveKeptReadings(folder, id, metering);
  await saveKeptReadings(folder, id, metering);
  expect(saved).toEqual([8, 9]);
  expect(existsSync(join(folder, "meter-home-1.json"))).toBe(false);
});
