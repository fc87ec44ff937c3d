import { expect, test } from "vitest";
import { good, missing } from "../der/measured.ts";
import type { SiteImage } from "../dispatch/site-image.ts";
import { siteId } from "../grid/site.ts";
import type { MeterReading, MeterSigner } from "../ports/metering.ts";
import { type EpochMs, epochMs } from "../time/clock.ts";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { meterRecorder } from "./meter-recorder.ts";

const interval = deliveryInterval(intervalIndex(1_000_000), 15);
const at = (minutes: number): EpochMs => epochMs(interval.startMs + minutes * 60_000);
const signer: MeterSigner = {
  meterKey: "0x",
  sign: (reading) => ({ ...reading, meterKey: "0x", signature: "0x" }),
  signRecord: () => "0x",
};

function image(time: EpochMs, importWh: number | null, exportWh = 0): SiteImage {
  const register = (value: number | null): unknown =>
    value === null ? missing("bad", "no answer", time) : good(wattHours(value), time);
  return { takenAtMs: time, gridImportWh: register(importWh), gridExportWh: register(exportWh) } as SiteImage;
}

function reading(sequence: number, minutes: number, importWh: number): MeterReading {
  return {
    ...{ siteId: siteId("home-1"), sequence, takenAtMs: at(minutes) },
    ...{ importWh: wattHours(importWh), exportWh: wattHours(0) },
  };
}

test("after a restart in mid-interval, what was metered in it before is known", () => {
  const earlier = [reading(1, -1, 1000), reading(2, 1, 1020), reading(3, 4, 1060)];
  const recorder = meterRecorder(siteId("home-1"), signer, 15, 60_000, earlier);
  recorder.observe(image(at(6), 1110));
  expect(recorder.netImportedWh()).toBe(100);
});

test("signs the first reading, the first after a boundary and those just before one", () => {
  const recorder = meterRecorder(siteId("home-1"), signer, 15, 60_000, [reading(41, -20, 500)]);
  const signed = [-5, -1, -0.5, 0.25, 5, 14.5, 15].map(
    (minutes) => recorder.observe(image(at(minutes), 1000 + Math.round(minutes * 10)))?.sequence ?? null,
  );
  expect(signed).toEqual([42, 43, 44, 45, null, 46, 47]);
});

test("the running interval is measured from its boundary, between the readings that enclose it", () => {
  const recorder = meterRecorder(siteId("home-1"), signer, 15, 60_000, []);
  expect(recorder.netImportedWh()).toBeNull();
  recorder.observe(image(at(-1), 1000, 500));
  recorder.observe(image(at(1), 1020, 540));
  // At the boundary the registers stood at 1010 and 520.
  expect(recorder.netImportedWh()).toBe(10 - 20);
  recorder.observe(image(at(5), 1100, 540));
  expect(recorder.netImportedWh()).toBe(90 - 20);
});

test("a register that is missing or repeated is not signed", () => {
  const recorder = meterRecorder(siteId("home-1"), signer, 15, 60_000, []);
  expect(recorder.observe(image(at(-0.5), null))).toBeNull();
  expect(recorder.observe(image(at(-0.4), 1000))?.sequence).toBe(1);
  expect(recorder.observe(image(at(-0.4), 1000))).toBeNull();
});

test("registers from before the last ones, as after a clock was put back, are left alone", () => {
  const recorder = meterRecorder(siteId("home-1"), signer, 15, 60_000, []);
  expect(recorder.observe(image(at(14.5), 1000))?.sequence).toBe(1);
  expect(recorder.observe(image(at(14.1), 990))).toBeNull();
  expect(recorder.observe(image(at(14.3), 995))).toBeNull();
  // The meter's next signed time is after its last one, as every reader of its readings demands.
  expect(recorder.observe(image(at(14.6), 1002))).toMatchObject({ sequence: 2, takenAtMs: at(14.6) });
});
