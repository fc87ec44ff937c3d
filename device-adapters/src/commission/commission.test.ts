import { type EpochMs, wattHours, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import {
  commissioningHome,
  commissionOptions,
  type HomeOptions,
  isLeftToItself,
} from "../../test/commissioning-home.ts";
import { MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";
import { rejection } from "../../test/test-context.ts";
import { commission } from "./commission.ts";

/** A kettle of 2 kW that comes on in the middle of the test. */
const kettle = (nowMs: EpochMs): number => (nowMs - MIDNIGHT > 60_000 ? 2_000 : 0);

const NEGATED = (powerW: number): number => -powerW;
const TENFOLD = (powerW: number): number => 10 * powerW;
const TENTH = (powerW: number): number => powerW / 10;
const STUCK = (): number => 123;

test.concurrent.for([
  ["as it should be", {}, ["right", "right", "right"]],
  ["with a reversed meter", { meter: NEGATED }, ["right", "right", "reversed"]],
  ["with a reversed battery reading", { battery: NEGATED }, ["reversed", "right", "right"]],
  ["with a reversed inverter reading", { inverter: NEGATED }, ["right", "reversed", "right"]],
  ["with a meter of ten times the power", { meter: TENFOLD }, ["right", "right", "scaled by 10"]],
  ["with a battery of a tenth of its power", { battery: TENTH }, ["scaled by 10", "right", "right"]],
  ["with a meter that is stuck", { meter: STUCK }, ["right", "right", "not moving"]],
  ["with charge and discharge swapped", { command: NEGATED }, ["reversed", "reversed", "reversed"]],
  ["that does not follow", { command: () => 0 }, ["not moving", "not moving", "not moving"]],
  ["where a kettle comes on", { load: kettle }, ["right", "right", "unclear"]],
] as const satisfies readonly (readonly [string, HomeOptions, readonly string[]])[])(
  "a home %s is judged so, and left to itself",
  async ([, options, expected]) => {
    await using home = await commissioningHome(options);
    const report = await commission(home.devices, commissionOptions(home.context));
    expect(report.verdicts.map(({ verdict }) => verdict)).toEqual(expected);
    expect(report).toMatchObject({ kind: "step", powerW: 500, stopped: null, isNeutral: true });
    const isRight = expected.every((verdict) => verdict === "right");
    expect(report.checks.every(({ holds }) => holds)).toBe(isRight);
    expect(report.advice.length > 0).toBe(!isRight && !expected.some((verdict) => verdict === "unclear"));
    expect(report.phases.map(({ kind }) => kind).slice(0, 5)).toEqual([
      "neutral",
      "charge",
      "neutral",
      "discharge",
      "neutral",
    ]);
    home.plant.advanceTo(home.clock.now());
    expect(isLeftToItself(home.plant)).toBe(true);
  },
);

test.for([
  ["COMMISSION_BATTERY_FULL", { storedEnergyWh: wattHours(9_900) }],
  ["COMMISSION_BATTERY_EMPTY", { storedEnergyWh: wattHours(500) }],
  ["COMMISSION_LIMIT_TOO_LOW", { ratings: { ...RATINGS, chargePowerMaxW: watts(60) } }],
] as const satisfies readonly (readonly [string, HomeOptions])[])(
  "%s: the battery is not touched",
  async ([code, options]) => {
    await using home = await commissioningHome(options);
    let asked = false;
    const consent = async (): Promise<void> => {
      asked = true;
    };
    const refused = await rejection(commission(home.devices, commissionOptions(home.context, { consent })));
    expect(refused.code).toBe(code);
    expect(asked).toBe(false);
  },
);

test("a battery that takes less than the step gets a smaller one", async () => {
  await using home = await commissioningHome({ ratings: { ...RATINGS, chargePowerMaxW: watts(300) } });
  const report = await commission(home.devices, commissionOptions(home.context));
  expect(report).toMatchObject({ powerW: 300, stopped: null });
  expect(report.verdicts[0]).toMatchObject({ expectedW: 600, verdict: "right" });
});

test("without consent nothing is moved", async () => {
  await using home = await commissioningHome();
  const consent = (): Promise<void> => Promise.reject(new Error("no"));
  await expect(commission(home.devices, commissionOptions(home.context, { consent }))).rejects.toThrow("no");
  home.plant.advanceTo(home.clock.now());
  expect(isLeftToItself(home.plant)).toBe(true);
});

test("Ctrl-C in the middle of a charge ends neutral, with what was read so far", async () => {
  await using home = await commissioningHome();
  const stop = new AbortController();
  const report = await commission(
    home.devices,
    commissionOptions(home.context, {
      signal: stop.signal,
      onPhase: (phase) => {
        if (phase === "charge") home.clock.after(5_000 as never, () => stop.abort(new Error("Ctrl-C")));
      },
    }),
  );
  expect(report.stopped).toEqual({ code: "COMMISSION_STOPPED", message: "Ctrl-C" });
  expect(report.phases.map(({ kind }) => kind)).toEqual(["neutral", "charge"]);
  expect(report.isNeutral).toBe(true);
  expect(report.verdicts.map(({ verdict }) => verdict)).toEqual(["unclear", "unclear", "unclear"]);
  home.plant.advanceTo(home.clock.now());
  expect(isLeftToItself(home.plant)).toBe(true);
});

test("when the meter goes away in the middle, the battery is returned to its own mode", async () => {
  await using home = await commissioningHome();
  const report = await commission(
    home.devices,
    commissionOptions(home.context, {
      onPhase: (phase) => {
        if (phase === "discharge") void home.closeMeter();
      },
    }),
  );
  expect(report.stopped?.code).toBe("COMMISSION_DEVICE_AWAY");
  expect(report.isNeutral).toBe(true);
  home.plant.advanceTo(home.clock.now());
  expect(isLeftToItself(home.plant)).toBe(true);
});

test("when the inverter goes away for good, it is told that neutral was not confirmed, and when the lease ends", async () => {
  await using home = await commissioningHome();
  const report = await commission(
    home.devices,
    commissionOptions(home.context, {
      onPhase: (phase) => {
        if (phase === "discharge") void home.close();
      },
    }),
  );
  expect(report.isNeutral).toBe(false);
  expect(report.leaseEndsAtMs).toBeGreaterThan(MIDNIGHT);
  expect(report.checks.find(({ name }) => name === "endedNeutral")?.holds).toBe(false);
});
