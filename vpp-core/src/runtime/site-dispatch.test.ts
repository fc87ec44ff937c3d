import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { good } from "../der/measured.ts";
import { siteImage } from "../dispatch/site-image.ts";
import { type SiteController, startSiteController } from "../dispatch/site-machine.ts";
import type { DispatchReceipt } from "../ports/site-server.ts";
import { durationMs, epochMs } from "../time/clock.ts";
import { type SimulatedClock, simulatedClock } from "../time/simulated-clock.ts";
import { wattHours } from "../units/energy.ts";
import { watts } from "../units/power.ts";
import { keptSequence } from "./kept-sequence.ts";
import { type OwnDispatch, siteDispatch } from "./site-dispatch.ts";

const HOUR_MS = 3_600_000;
const START = epochMs(Date.UTC(2026, 5, 21, 8));

let directory: string;
let clock: SimulatedClock;
let controller: SiteController;
let isOptedOut: boolean;
let hasBattery: boolean;
let dispatch: OwnDispatch;

function open(): OwnDispatch {
  return siteDispatch(
    {
      isOptedOut: () => isOptedOut,
      hasBattery: () => hasBattery,
      follow: (command) => controller.send({ type: "gridCommand", command }),
      decision: () => controller.decision(),
    },
    keptSequence(directory, "home-1"),
    clock,
  );
}

/** One control cycle: 500 W from the grid, 5 of 10 kWh in the battery, which gives and takes 3 kW. */
function cycle(isMeterGood = true): void {
  const now = clock.now();
  const points = {
    ...(isMeterGood ? { gridPowerW: good(watts(500), now) } : {}),
    batteryPowerW: good(watts(0), now),
    storedEnergyWh: good(wattHours(5_000), now),
    batteryCapacityWh: good(wattHours(10_000), now),
    chargePowerMaxW: good(watts(3_000), now),
    dischargePowerMaxW: good(watts(3_000), now),
  };
  const image = siteImage([{ deviceId: deviceId("d"), readAtMs: now, points }], now, durationMs(60_000));
  controller.send({ type: "cycle", nowMs: now, image, position: null });
}

function command(powerW: number, sequence: number, lifeMs = HOUR_MS): DispatchReceipt {
  const validUntilMs = epochMs(clock.now() + lifeMs);
  return dispatch.command({ batteryPowerW: watts(powerW), validUntilMs, sequence });
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "commonwatt-dispatch-"));
  clock = simulatedClock(START);
  controller = startSiteController({
    limits: { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) },
    reserveWh: wattHours(1_000),
    horizonMs: 5_000,
  });
  isOptedOut = false;
  hasBattery = true;
  dispatch = open();
  cycle();
});
afterEach(() => {
  controller.stop();
  rmSync(directory, { recursive: true });
});

describe("a site's dispatch", () => {
  test("holds what is asked for within the limits of the home, and ends by itself", () => {
    expect(command(2_000, 1)).toEqual({ status: "taken", appliedPowerW: 2_000 });
    expect(command(9_000, 2)).toEqual({ status: "taken", appliedPowerW: 3_000 });
    expect(controller.mode()).toBe("dispatched");
    expect(dispatch.heldPowerW()).toBe(3_000);
    expect(dispatch.endsAtMs()).toBe(START + HOUR_MS);
    clock.advanceTo(epochMs(START + HOUR_MS));
    cycle();
    expect(dispatch.heldPowerW()).toBeNull();
    expect(dispatch.endsAtMs()).toBeNull();
    expect(controller.decision()).toMatchObject({ setpointW: null, authority: "optimiser" });
  });

  test.each([
    ["that has ended", { sequence: 6, lifeMs: 0 }, "expired"],
    ["that ends at no time", { sequence: 6, lifeMs: Number.NaN }, "expired"],
    ["that would last for longer than a day", { sequence: 6, lifeMs: 24 * HOUR_MS + 1 }, "too-long"],
    ["with the last sequence", { sequence: 5 }, "out-of-order"],
    ["with an older sequence", { sequence: 4 }, "out-of-order"],
    ["when the owner has opted out", { sequence: 6, optedOut: true }, "opted-out"],
    ["when there is no battery", { sequence: 6, noBattery: true }, "no-battery"],
    // The first reason counts, whatever else is wrong.
    ["that is late, old and unwanted", { sequence: 1, lifeMs: -1, optedOut: true }, "expired"],
  ])("a command %s is refused, and its sequence stays free", (_, what, code) => {
    const { sequence, lifeMs, optedOut, noBattery } = {
      lifeMs: HOUR_MS,
      optedOut: false,
      noBattery: false,
      ...what,
    };
    command(1_000, 5);
    isOptedOut = optedOut;
    hasBattery = !noBattery;
    expect(command(2_000, sequence, lifeMs)).toMatchObject({ status: "refused", code });
    expect(dispatch.lastSequence()).toBe(5);
    expect(dispatch.heldPowerW()).toBe(optedOut ? null : 1_000);
  });

  test("a command that safety forbids is refused with the reason and leaves nothing behind", () => {
    for (let silent = 0; silent < 5; silent++) cycle(false);
    expect(command(1_000, 1)).toEqual({
      status: "refused",
      code: "unavailable",
      message: "no meter: no device of this site reports it",
    });
    cycle();
    expect(dispatch.heldPowerW()).toBeNull();
    expect(controller.mode()).toBe("selfConsumption");
    expect(command(1_000, 1)).toMatchObject({ status: "taken" });
  });

  test("release ends the newest command, and an older release does not", () => {
    command(1_000, 5);
    expect(dispatch.release(4)).toMatchObject({ status: "refused", code: "out-of-order" });
    expect(dispatch.heldPowerW()).toBe(1_000);
    expect(dispatch.release(5)).toMatchObject({ status: "taken" });
    expect(dispatch.heldPowerW()).toBeNull();
    expect(controller.mode()).toBe("selfConsumption");
  });

  test("the order outlives the process, and a damaged record of it is an error", () => {
    command(1_000, 5);
    dispatch = open();
    expect(dispatch.heldPowerW()).toBeNull();
    expect(command(1_000, 5)).toMatchObject({ code: "out-of-order" });
    expect(command(1_000, 6)).toMatchObject({ status: "taken" });
    writeFileSync(join(directory, "home-1.json"), "{");
    expect(open).toThrow(/home-1.json is damaged/);
  });

  test("a command whose sequence cannot be written down is not carried out", () => {
    rmSync(directory, { recursive: true });
    expect(() => command(1_000, 1)).toThrow(/ENOENT/);
    expect(dispatch.heldPowerW()).toBeNull();
    cycle();
    expect(controller.decision().authority).toBe("optimiser");
    directory = mkdtempSync(join(tmpdir(), "commonwatt-dispatch-"));
  });
});
