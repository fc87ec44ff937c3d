import { describe, expect, test } from "vitest";
import { good, missing } from "../der/measured.ts";
import { epochMs } from "../time/clock.ts";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { watts } from "../units/power.ts";
import { type DecisionInput, decide } from "./decide.ts";
import type { SiteImage } from "./site-image.ts";

const interval = deliveryInterval(intervalIndex(1_000_000), 15);
const now = epochMs(interval.startMs + 5 * 60_000);

function image(over: Partial<Record<keyof SiteImage, unknown>> = {}): SiteImage {
  return {
    takenAtMs: now,
    gridPowerW: good(watts(500), now),
    gridImportWh: good(wattHours(1000), now),
    gridExportWh: good(wattHours(2000), now),
    inverterPowerW: good(watts(0), now),
    inverterPowerMaxW: good(watts(5000), now),
    pvPowerW: good(watts(1000), now),
    batteryPowerW: good(watts(200), now),
    storedEnergyWh: good(wattHours(5000), now),
    batteryCapacityWh: good(wattHours(10_000), now),
    chargePowerMaxW: good(watts(4000), now),
    dischargePowerMaxW: good(watts(4000), now),
    ...over,
  } as SiteImage;
}

function input(over: Partial<DecisionInput> = {}): DecisionInput {
  return {
    nowMs: now,
    image: image(),
    position: null,
    gridCommand: null,
    optedOut: false,
    limits: { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(11_000) },
    reserveWh: wattHours(1000),
    horizonMs: 30_000,
    ...over,
  };
}

const sold = (netSoldWh: number, netImportedWh: number | null): DecisionInput["position"] => ({
  interval,
  netSoldWh: wattHours(netSoldWh),
  netImportedWh: netImportedWh === null ? null : wattHours(netImportedWh),
});

describe("decide", () => {
  // The house takes 500 W from the grid and 200 W from the battery: 700 W. Ten minutes are left.
  test.each([
    ["nothing traded", null, null, "optimiser"],
    ["sold 300 Wh, none delivered: export 1800 W", sold(300, 0), 2500, "market"],
    ["sold 300 Wh, all delivered: grid at zero", sold(300, -300), 700, "market"],
    ["sold 300 Wh, too much delivered: import", sold(300, -400), 100, "market"],
    ["bought 200 Wh, none taken: import 1200 W", sold(-200, 0), -500, "market"],
    ["the register at the start is unknown", sold(300, null), null, "safety"],
  ])("%s", (_name, position, setpointW, authority) => {
    expect(decide(input({ position }))).toMatchObject({ setpointW, authority });
  });

  test("a dispatch by the grid operator comes before the market and ends by itself", () => {
    const gridCommand = { batteryPowerW: watts(-1500), validUntilMs: epochMs(now + 1) };
    const position = sold(300, 0);
    expect(decide(input({ gridCommand, position }))).toMatchObject({
      setpointW: -1500,
      authority: "grid-operator",
    });
    const ended = { ...gridCommand, validUntilMs: now };
    expect(decide(input({ gridCommand: ended, position })).authority).toBe("market");
  });

  test.each([
    ["export", 5000, { importPowerMaxW: 11_000, exportPowerMaxW: 1000 }, 1700],
    ["import", -5000, { importPowerMaxW: 2000, exportPowerMaxW: 11_000 }, -1300],
  ])("the connection's %s limit holds for a dispatch, too", (_name, powerW, max, setpointW) => {
    const gridCommand = { batteryPowerW: watts(powerW), validUntilMs: epochMs(now + 1) };
    const limits = {
      importPowerMaxW: watts(max.importPowerMaxW),
      exportPowerMaxW: watts(max.exportPowerMaxW),
    };
    const over = { dischargePowerMaxW: good(watts(6000), now), inverterPowerMaxW: good(watts(9000), now) };
    expect(decide(input({ gridCommand, limits, image: image(over) }))).toMatchObject({
      setpointW,
      authority: "grid-operator",
      reason: `dispatched to ${powerW} W; held to ${setpointW} W by limits`,
    });
  });

  test("a dispatch waits for the meter, without which no limit of the connection can be held", () => {
    const gridCommand = { batteryPowerW: watts(5000), validUntilMs: epochMs(now + 1) };
    const lost = missing("bad", "no answer", now);
    expect(decide(input({ gridCommand, image: image({ gridPowerW: lost }) }))).toMatchObject({
      setpointW: null,
      authority: "safety",
      reason: "the meter is not known, and the connection has limits: no answer",
    });
  });

  test("a battery that is doubted is left alone, whoever asks", () => {
    const gridCommand = { batteryPowerW: watts(-1500), validUntilMs: epochMs(now + 1) };
    const batteryDoubt = "the battery has not followed";
    expect(decide(input({ gridCommand, batteryDoubt }))).toEqual({
      ...{ setpointW: null, authority: "safety", reason: batteryDoubt },
    });
  });

  test("an owner who opted out leaves the battery to itself whatever was sold", () => {
    expect(decide(input({ optedOut: true, position: sold(300, 0) }))).toMatchObject({
      setpointW: null,
      authority: "owner",
    });
  });

  test.each([
    ["the inverter's power", { inverterPowerMaxW: good(watts(3000), now) }, 2000],
    ["the battery's power", { dischargePowerMaxW: good(watts(1000), now) }, 1000],
    ["the owner's reserve", { storedEnergyWh: good(wattHours(1010), now) }, 1200],
    ["an empty battery", { storedEnergyWh: good(wattHours(1000), now) }, 0],
  ])("a wish is narrowed by %s", (_name, over, setpointW) => {
    const decision = decide(input({ image: image(over), position: sold(300, 0) }));
    expect(decision.setpointW).toBe(setpointW);
    expect(decision.reason).toContain("held to");
  });

  test("the connection limits export", () => {
    const limits = { importPowerMaxW: watts(11_000), exportPowerMaxW: watts(1000) };
    expect(decide(input({ limits, position: sold(300, 0) })).setpointW).toBe(1700);
  });

  test("a battery or meter that is not known is never commanded", () => {
    const lost = missing("bad", "no answer", now);
    const position = sold(300, 0);
    expect(decide(input({ image: image({ batteryPowerW: lost }), position })).setpointW).toBeNull();
    expect(decide(input({ image: image({ gridPowerW: lost }), position })).setpointW).toBeNull();
  });
});
