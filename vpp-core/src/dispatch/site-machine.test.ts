import { describe, expect, test } from "vitest";
import { good, missing } from "../der/measured.ts";
import { epochMs } from "../time/clock.ts";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { type Watts, watts } from "../units/power.ts";
import type { Position } from "./decide.ts";
import { siteImage } from "./site-image.ts";
import { type SiteController, startSiteController } from "./site-machine.ts";

const interval = deliveryInterval(intervalIndex(1_000_000), 15);
const now = epochMs(interval.startMs + 60_000);
const position: Position = { interval, netSoldWh: wattHours(200), netImportedWh: wattHours(0) };

function controller(): SiteController {
  return startSiteController({
    limits: { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) },
    reserveWh: wattHours(0),
    horizonMs: 30_000,
  });
}

function cycle(
  site: SiteController,
  over: { position?: Position; meter?: boolean; nowMs?: number } = {},
): void {
  const nowMs = epochMs(over.nowMs ?? now);
  const points = {
    gridPowerW: over.meter === false ? missing<Watts>("bad", "no answer", nowMs) : good(watts(100), nowMs),
    batteryPowerW: good(watts(0), nowMs),
    storedEnergyWh: good(wattHours(5000), nowMs),
    batteryCapacityWh: good(wattHours(10_000), nowMs),
    chargePowerMaxW: good(watts(3000), nowMs),
    dischargePowerMaxW: good(watts(3000), nowMs),
  };
  const image = siteImage([{ deviceId: "d" as never, readAtMs: nowMs, points }], nowMs, 60_000 as never);
  site.send({ type: "cycle", nowMs, image, position: over.position ?? null });
}

describe("site controller", () => {
  test("starts, then consumes its own, then delivers what it sold", () => {
    const site = controller();
    expect(site.mode()).toBe("starting");
    expect(site.decision().setpointW).toBeNull();
    cycle(site);
    expect(site.mode()).toBe("selfConsumption");
    cycle(site, { position });
    expect(site.mode()).toBe("scheduled");
    expect(site.decision()).toMatchObject({ authority: "market", setpointW: 957 });
    site.stop();
  });

  test("five cycles without a meter are a fault that one good cycle ends", () => {
    const site = controller();
    cycle(site, { position });
    for (let i = 0; i < 4; i++) cycle(site, { position, meter: false });
    expect(site.mode()).toBe("scheduled");
    expect(site.decision().setpointW).toBeNull();
    cycle(site, { position, meter: false });
    expect(site.mode()).toBe("fault");
    cycle(site, { position });
    expect(site.mode()).toBe("scheduled");
    site.stop();
  });

  test("the owner can always opt out, and a dispatch does not reach who has", () => {
    const site = controller();
    cycle(site, { position });
    site.send({ type: "optOut" });
    expect(site.mode()).toBe("optedOut");
    expect(site.decision()).toMatchObject({ authority: "owner", setpointW: null });
    const command = { batteryPowerW: watts(1000), validUntilMs: epochMs(now + 1000) };
    site.send({ type: "gridCommand", command });
    expect(site.mode()).toBe("optedOut");
    site.send({ type: "optIn" });
    expect(site.mode()).toBe("scheduled");
    site.send({ type: "gridCommand", command });
    expect(site.mode()).toBe("dispatched");
    expect(site.decision().setpointW).toBe(1000);
    cycle(site, { position, nowMs: now + 1000 });
    expect(site.mode()).toBe("scheduled");
    site.stop();
  });

  test("without a venue the home runs on as an island", () => {
    const site = controller();
    cycle(site);
    site.send({ type: "venueLost" });
    expect(site.mode()).toBe("islanded");
    expect(site.decision().setpointW).toBeNull();
    site.send({ type: "venueBack" });
    expect(site.mode()).toBe("selfConsumption");
    site.stop();
  });
});
