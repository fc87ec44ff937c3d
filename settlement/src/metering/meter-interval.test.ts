import {
  deliveryInterval,
  epochMs,
  intervalIndex,
  type MeterReading,
  type SignedMeterReading,
  siteId,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAboveNameplate, type MeteredInterval, meterInterval, soundReadings } from "./meter-interval.ts";
import { meterSigner } from "./meter-signer.ts";
import { registerAt } from "./register-at.ts";

const domain = new Uint8Array(32).fill(7);
const signer = meterSigner(`0x${"33".repeat(32)}`, () => domain);
const interval = deliveryInterval(intervalIndex(100), 15);

function reading(sequence: number, takenAtMs: number, importWh: number, exportWh: number): MeterReading {
  return {
    siteId: siteId("home-1"),
    sequence,
    takenAtMs: epochMs(takenAtMs),
    importWh: wattHours(importWh),
    exportWh: wattHours(exportWh),
  };
}

describe("registerAt", () => {
  it("goes linearly in time and rounds down", () => {
    const before = reading(1, 1_000, 10, 0);
    const after = reading(2, 4_000, 20, 1);
    expect(registerAt(epochMs(2_000), before, after)).toEqual({ importWh: 13, exportWh: 0 });
    expect(registerAt(epochMs(1_000), before, after)).toEqual({ importWh: 10, exportWh: 0 });
    expect(registerAt(epochMs(4_000), before, after)).toEqual({ importWh: 20, exportWh: 1 });
    expect(registerAt(epochMs(1_000), before, before)).toEqual({ importWh: 10, exportWh: 0 });
  });

  it("refuses a boundary that the readings do not enclose", () => {
    const before = reading(1, 1_000, 10, 0);
    const after = reading(2, 4_000, 20, 1);
    expect(registerAt(epochMs(999), before, after)).toBeNull();
    expect(registerAt(epochMs(4_001), before, after)).toBeNull();
  });

  it("loses no Wh over boundaries however the readings fall", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 2_000_000 }), fc.nat(50_000), fc.nat(50_000)), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        (raw, cuts) => {
          const readings: MeterReading[] = [];
          let at = reading(0, 1_000_000, 5, 7);
          for (const [dt, dImport, dExport] of raw) {
            readings.push(at);
            at = reading(at.sequence + 1, at.takenAtMs + dt, at.importWh + dImport, at.exportWh + dExport);
          }
          const span = at.takenAtMs - 1_000_000;
          const inner = cuts.map((cut) => 1_000_000 + Math.floor(cut * span)).sort((a, b) => a - b);
          const registers = [1_000_000, ...inner, at.takenAtMs].map((boundary) => {
            const before = [...readings, at].findLast((one) => one.takenAtMs <= boundary) ?? at;
            const after = [...readings, at].find((one) => one.takenAtMs >= boundary) ?? at;
            return registerAt(epochMs(boundary), before, after)?.importWh ?? Number.NaN;
          });
          const parts = registers.slice(1).map((value, index) => value - (registers[index] ?? Number.NaN));
          expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(at.importWh - 5);
        },
      ),
    );
  });
});

describe("meterInterval", () => {
  const before = signer.sign(reading(1, interval.startMs - 60_000, 1_000, 500));
  const middle = signer.sign(reading(2, interval.startMs + 60_000, 1_012, 500));
  const after = signer.sign(reading(3, interval.endMs, 1_200, 640));

  const limits = { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) };
  const meter = { meterKey: signer.meterKey, limits, domain };
  const measure = (...readings: SignedMeterReading[]): MeteredInterval =>
    meterInterval(interval, soundReadings(meter, readings, "checked"));

  it("tells the registers at both ends, in whatever order readings come", () => {
    const metered = {
      status: "metered",
      startReading: 0,
      endReading: 2,
      start: { importWh: 1_006, exportWh: 500 },
      end: { importWh: 1_200, exportWh: 640 },
    };
    expect(measure(before, middle, after)).toEqual(metered);
    expect(measure(after, before, middle, before)).toEqual(metered);
  });

  it("says why there is nothing to count", () => {
    const fault = (code: string): object => ({ status: "unmetered", code });
    expect(measure()).toEqual(fault("interval-not-enclosed"));
    expect(measure(before, middle)).toEqual(fault("interval-not-enclosed"));
    expect(measure(middle, after)).toEqual(fault("interval-not-enclosed"));
    expect(measure(before, { ...after, exportWh: wattHours(900) })).toEqual(fault("signature-wrong"));
    expect(measure(before, signer.sign(reading(3, interval.endMs, 900, 640)))).toEqual(
      fault("import-register-decreased"),
    );
    const stranger = meterSigner(`0x${"44".repeat(32)}`, () => domain);
    expect(measure(before, stranger.sign(after))).toEqual(fault("meter-key-unknown"));
    // 11 kW move 2,933.3 Wh in 16 minutes; a Wh more may be rounding, two are not.
    const most = signer.sign(reading(3, interval.endMs, 3_934, 500));
    expect(measure(before, most).status).toBe("metered");
    const above = signer.sign(reading(3, interval.endMs, 3_935, 500));
    expect(measure(before, above)).toEqual(fault("above-nameplate"));
  });

  it("leaves out what is unsound and goes on with the rest", () => {
    const broken = { ...middle, signature: after.signature };
    expect(soundReadings(meter, [before, broken, after], "checked")).toEqual({
      readings: [before, after],
      fault: "signature-wrong",
    });
    expect(measure(before, broken, after).status).toBe("metered");
    expect(soundReadings(meter, [before, broken, after], "trusted").readings).toHaveLength(3);
  });
});

describe("a connection's limit", () => {
  it("is held exactly, however long and however large, one Wh of rounding aside", () => {
    const powers = fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 1_000_000_000 }));
    const times = fc.oneof(
      fc.integer({ min: 1, max: 3_600_000 }),
      fc.integer({ min: 1, max: 1_000_000_000_000 }),
    );
    fc.assert(
      fc.property(powers, times, fc.integer({ min: -2, max: 3 }), (powerW, elapsedMs, beyond) => {
        const mostWh = (BigInt(powerW) * BigInt(elapsedMs)) / 3_600_000n;
        const energyWh = Number(mostWh) + beyond;
        fc.pre(energyWh >= 0 && Number.isSafeInteger(energyWh) && Number.isSafeInteger(Number(mostWh)));
        const limits = { importPowerMaxW: watts(powerW), exportPowerMaxW: watts(0) };
        const [earlier, later] = [reading(0, 1_000, 5, 0), reading(1, 1_000 + elapsedMs, 5 + energyWh, 0)];
        expect(isAboveNameplate(earlier, later, limits)).toBe(beyond > 1);
      }),
    );
  });
});
