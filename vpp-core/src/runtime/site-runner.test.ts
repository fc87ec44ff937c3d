import { afterEach, describe, expect, test } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { good } from "../der/measured.ts";
import { aggregateCapacity } from "../fleet/aggregate-capacity.ts";
import { createFleetStore, type FleetStore } from "../fleet/fleet-store.ts";
import { siteId } from "../grid/site.ts";
import type { Device, DeviceConnector } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { ReadingRow, Store } from "../ports/store.ts";
import { acceleratedClock } from "../time/accelerated-clock.ts";
import { type Clock, durationMs, epochMs, sleep } from "../time/clock.ts";
import { intervalAt, nextInterval } from "../time/delivery-interval.ts";
import { systemClock } from "../time/system-clock.ts";
import { wattHours } from "../units/energy.ts";
import { watts } from "../units/power.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { type SiteRunner, startSite } from "./site-runner.ts";

const PERIOD = durationMs(30_000);
const id = deviceId("home-1/inverter");

interface Home {
  readonly site: SiteRunner;
  readonly clock: Clock;
  readonly fleet: FleetStore;
  /** What reached the device and whom the site told, in order. */
  readonly log: string[];
  readonly rows: ReadingRow[];
  readonly signed: SignedMeterReading[];
  /** Lets the device fail, or answer again. */
  fail(fails: boolean): void;
  /** Lets control cycles pass. */
  cycles(count: number): Promise<void>;
}

const running: SiteRunner[] = [];
/** Let go of stores that hang. */
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await Promise.all(running.splice(0).map((site) => site.stop()));
});

/** An inverter with meter and battery in a home of 500 W, at 5 of 10 kWh, that can be told to fail. */
function device(clock: Clock, log: string[], fails: () => boolean): Device {
  const start = clock.now();
  return {
    id,
    identity: {
      protocol: "modbus",
      address: "here",
      manufacturer: "m",
      model: "m",
      serialNumber: "1",
      firmware: null,
    },
    capabilities: new Set(["meter", "battery"]),
    battery: {
      async apply(lease) {
        log.push(`apply ${lease.batteryPowerW > 0 ? "discharge" : "charge"}`);
        return { status: "applied", appliedPowerW: lease.batteryPowerW };
      },
      release: async () => void log.push("release"),
    },
    pvLimit: null,
    async read() {
      if (fails()) throw new Error("no answer");
      const now = clock.now();
      const points = {
        gridPowerW: good(watts(500), now),
        gridImportWh: good(wattHours(Math.floor((now - start) / 7200)), now),
        gridExportWh: good(wattHours(0), now),
        batteryPowerW: good(watts(0), now),
        storedEnergyWh: good(wattHours(5000), now),
        batteryCapacityWh: good(wattHours(10_000), now),
        chargePowerMaxW: good(watts(3000), now),
        dischargePowerMaxW: good(watts(3000), now),
      };
      return { deviceId: id, readAtMs: now, points };
    },
    close: async () => void log.push("close"),
  };
}

function storeInto(
  log: string[],
  rows: ReadingRow[],
  signed: SignedMeterReading[],
  isDown: () => boolean,
  hang: Promise<void>,
): Store {
  return {
    readings: { append: (appended: readonly ReadingRow[]) => void rows.push(...appended) },
    metering: {
      async save(readings: readonly SignedMeterReading[]) {
        if (isDown()) throw new Error("down");
        await hang;
        signed.push(...readings);
      },
    },
    ownership: { save: async () => void log.push("own"), clear: async () => void log.push("disown") },
  } as unknown as Store;
}

const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
const reserveWh = wattHours(1000);
const limits = { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) };
const tariff = { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) };

/** Runs the home 600 times as fast as real time. */
function home(over: { owned?: boolean; storeDown?: () => boolean; storeHangs?: boolean } = {}): Home {
  const start = epochMs(Date.UTC(2026, 5, 21, 8));
  const clock = acceleratedClock({ anchorMs: start, wallAnchorMs: systemClock.now(), speed: 600 });
  const log: string[] = [];
  const rows: ReadingRow[] = [];
  const signed: SignedMeterReading[] = [];
  let fails = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  if (over.storeHangs !== true) resolve();
  const hang = promise;
  ends.push(resolve);
  const inverter = device(clock, log, () => fails);
  const connector: DeviceConnector = {
    id,
    protocol: "modbus",
    address: "here",
    connect: async () => inverter,
  };
  const fleet = createFleetStore();
  const registers = { importWh: wattHours(0), exportWh: wattHours(0) };
  const site = startSite(
    { id: "home-1", devices: [connector], limits, reserveWh },
    {
      ...{
        clock,
        wallClock: systemClock,
        logger,
        fleet,
        tariff,
        minutes: 15,
        controlPeriod: PERIOD,
        spoolDirectory: "",
      },
      store: storeInto(log, rows, signed, over.storeDown ?? (() => false), hang),
      meterSigner: {
        meterKey: "0x",
        sign: (reading) => ({ ...reading, meterKey: "0x", signature: "0x" }),
        signRecord: () => "0x",
      },
      earlierReadings: [
        { siteId: siteId("home-1"), sequence: 7, takenAtMs: epochMs(start - 1_000), ...registers },
      ],
      ownedBefore: over.owned === true ? [{ deviceId: id, sequence: 1, validUntilMs: start }] : [],
      onSilence: (silent, problem) => void log.push(`${silent} is silent: ${problem}`),
      onAnswer: (answering) => void log.push(`${answering} answers`),
      onBattery: (battery, complaint) => void log.push(`${battery} is ${complaint ?? "well"}`),
    },
  );
  running.push(site);
  return {
    ...{ site, clock, fleet, log, rows, signed },
    fail: (now) => {
      fails = now;
    },
    cycles: (count) => sleep(clock, durationMs(count * PERIOD)),
  };
}

describe("a running site", () => {
  test("delivers what it sold and returns the battery to its own mode before it lets go of it", async () => {
    const { site, clock, log, cycles, fleet } = home();
    await cycles(2);
    expect(log).toEqual([]);
    site.takePosition(intervalAt(clock.now(), 15), wattHours(300));
    await cycles(2);
    expect(log.slice(0, 2)).toEqual(["own", "apply discharge"]);
    expect(fleet.site(siteId("home-1"))).toMatchObject({ mode: "scheduled", netSoldWh: 300 });
    await site.stop();
    expect(log.slice(-3)).toEqual(["release", "disown", "close"]);
  });

  test("a device that a run before left under command is returned to neutral before anything else", async () => {
    const { site, clock, log, cycles } = home({ owned: true });
    site.takePosition(intervalAt(clock.now(), 15), wattHours(300));
    await cycles(3);
    expect(log.slice(0, 4)).toEqual(["release", "disown", "own", "apply discharge"]);
  });

  test("a battery that does not follow is told once, left alone, and not counted on", async () => {
    const { site, clock, log, cycles, fleet } = home();
    await cycles(2);
    site.takePosition(intervalAt(clock.now(), 15), wattHours(300));
    site.takePosition(nextInterval(intervalAt(clock.now(), 15)), wattHours(300));
    await cycles(20);
    const live = fleet.site(siteId("home-1"));
    const reason = expect.stringMatching(/has not followed 3 leases in a row: told \d+ W, it does 0 W/);
    expect(log.filter((line) => line === "home-1/inverter is not-following")).toHaveLength(1);
    expect(log.at(-1)).toBe("release");
    expect(live?.decision).toMatchObject({ setpointW: null, authority: "safety", reason });
    expect(live?.batteries).toMatchObject([{ deviceId: id, misses: 3, reason }]);
    expect(live?.image?.dischargePowerMaxW).toEqual({
      ...good(watts(3000), expect.any(Number) as never),
      ...{ quality: "suspect", reason },
    });
    expect(aggregateCapacity(live === null ? [] : [live])).toMatchObject({ upW: 0, downW: 0 });
  });

  test("a silent device is told once, its values grow stale, and it is told when it answers again", async () => {
    const { log, cycles, fail, fleet } = home();
    await cycles(2);
    fail(true);
    await cycles(10);
    expect(log).toEqual(["home-1/inverter is silent: no answer"]);
    expect(fleet.site(siteId("home-1"))).toMatchObject({
      mode: "fault",
      image: { gridPowerW: { quality: "stale" } },
    });
    fail(false);
    await cycles(2);
    expect(log.at(-1)).toBe("home-1/inverter answers");
    expect(fleet.site(siteId("home-1"))?.mode).toBe("selfConsumption");
  });

  test("bids what it expects to lack, and nothing once its owner has opted out", async () => {
    const { site, clock, cycles } = home();
    await cycles(3);
    const interval = nextInterval(intervalAt(clock.now(), 15));
    const [first] = site.intents(interval, priceMicroPerKwh(190_000));
    expect(first).toMatchObject({
      siteId: "home-1",
      intervalIndex: interval.index,
      energyWh: expect.any(Number),
    });
    site.setOptedOut(true);
    expect(site.intents(interval, priceMicroPerKwh(190_000))).toEqual([]);
  });

  test("a store that hangs holds up neither reading nor commands", async () => {
    const { site, clock, cycles, rows, log } = home({ storeHangs: true });
    await cycles(2);
    const before = rows.length;
    site.takePosition(intervalAt(clock.now(), 15), wattHours(300));
    await cycles(4);
    expect(rows.length).toBeGreaterThan(before);
    expect(log.slice(0, 2)).toEqual(["own", "apply discharge"]);
  });

  test("signed readings wait for a store that is down, and none is lost or signed twice", async () => {
    let down = true;
    const { cycles, signed, rows } = home({ storeDown: () => down });
    await cycles(3);
    expect(signed).toEqual([]);
    down = false;
    await cycles(33);
    const sequences = signed.map((reading) => reading.sequence);
    expect(sequences[0]).toBe(8);
    expect(sequences).toEqual(sequences.map((_, index) => 8 + index));
    expect(sequences.length).toBeGreaterThanOrEqual(2);
    expect(rows.filter((row) => row.point === "gridPowerW").length).toBeGreaterThan(20);
  });
});
