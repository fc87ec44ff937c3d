import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { CounterWatch } from "./counter-watch.ts";
import type { ModelImage } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import { encodeModel, type ModelValues } from "./model-values.ts";
import { modelById } from "./models/models.ts";
import { type ModelOutcome, pointsFrom } from "./sunspec-points.ts";

const READ_AT = epochMs(2_000);
const SOURCE = epochMs(1_990);

function image(id: number, values: ModelValues): ModelImage {
  const definition = modelById(id);
  if (definition === null) throw new Error(`no model ${id}`);
  return { definition, bytes: encodeModel(definition, id, values), sourceTimeMs: SOURCE };
}

const watches = () => ({ gridImport: new CounterWatch(), gridExport: new CounterWatch() });

function points(outcomes: Partial<Record<ModelRole, ModelOutcome>>, counters = watches()) {
  return pointsFrom(new Map(Object.entries(outcomes) as [ModelRole, ModelOutcome][]), counters, READ_AT);
}

const isGood = (value: number) => ({ value, quality: "good", reason: null, sourceTimeMs: SOURCE });
const isMissing = (quality: string) => ({ value: null, quality, reason: expect.stringMatching(/./) });

const mppt = (
  dcw: readonly (number | null)[],
  names: readonly string[] = [],
  scale = 0,
  count = dcw.length,
) =>
  image(160, {
    points: { DCW_SF: scale, N: count },
    groups: dcw.map((power, index) => ({
      ...(power === null ? {} : { DCW: power }),
      IDStr: names[index] ?? "",
    })),
  });
const NAMES = ["MPPT 1", "MPPT 2", "StCha 3", "StDisCha 4"];
const storage = (values: ModelValues["points"] = {}) =>
  image(124, { points: { WChaMax: 500, WChaMax_SF: 1, ChaState: 4_550, ChaState_SF: -2, ...values } });
const nameplate = image(120, {
  points: { WHRtg: 10_240, WHRtg_SF: 0, MaxDisChaRte: 4_600, MaxDisChaRte_SF: 0 },
});

test("an integer and a float inverter give the same AC power", () => {
  expect(points({ inverter: image(103, { points: { W: -215, W_SF: 1 } }) }).inverterPowerW).toEqual(
    isGood(-2_150),
  );
  expect(points({ inverter: image(113, { points: { W: -2_149.6 } }) }).inverterPowerW).toEqual(
    isGood(-2_150),
  );
});

test("PV is the sum of its inputs, the battery is discharge less charge", () => {
  const inverter = image(103, { points: {} });
  const charging = points({
    inverter,
    storage: storage(),
    nameplate,
    mppt: mppt([12_345, 7_655, 30_000, 0], NAMES, -1),
  });
  expect(charging.pvPowerW).toEqual(isGood(2_000));
  expect(charging.batteryPowerW).toEqual(isGood(-3_000));
  const discharging = points({
    inverter,
    storage: storage(),
    nameplate,
    mppt: mppt([0, 0, 0, 1_500], NAMES),
  });
  expect(discharging.batteryPowerW).toEqual(isGood(1_500));
});

test("without texts, four inputs of a hybrid are known by their places; texts go before places", () => {
  const inverter = image(103, { points: {} });
  const byPlace = points({ inverter, storage: storage(), nameplate, mppt: mppt([1, 2, 30, 400]) });
  expect([byPlace.pvPowerW?.value, byPlace.batteryPowerW?.value]).toEqual([3, 370]);
  const byText = points({
    inverter,
    storage: storage(),
    nameplate,
    mppt: mppt([30, 400, 1, 2], ["StCha", "StDisCha", "String 1", "String 2"]),
  });
  expect([byText.pvPowerW?.value, byText.batteryPowerW?.value]).toEqual([3, 370]);
  const withoutBattery = points({ inverter, mppt: mppt([1, 2, 30, 400]) });
  expect(withoutBattery.pvPowerW?.value).toBe(433);
  expect(withoutBattery).not.toHaveProperty("batteryPowerW");
});

test("inputs without a value are left out; when there is no other, the sum has none either", () => {
  const inverter = image(103, { points: {} });
  expect(points({ inverter, mppt: mppt([700, null]) }).pvPowerW).toEqual(isGood(700));
  expect(points({ inverter, mppt: mppt([null, null]) }).pvPowerW).toMatchObject(isMissing("unavailable"));
});

test("the number of inputs is the smaller of what N says and what L has room for", () => {
  const inverter = image(103, { points: {} });
  expect(points({ inverter, mppt: mppt([1, 2, 4], [], 0, 2) }).pvPowerW).toEqual(isGood(3));
  expect(points({ inverter, mppt: mppt([1, 2, 4], [], 0, 9) }).pvPowerW).toEqual(isGood(7));
  expect(points({ inverter, mppt: mppt([1, 2, 4], [], 0, 0xffff) }).pvPowerW).toEqual(isGood(7));
});

test("stored energy is the charge state of the rated energy; limits come scaled", () => {
  expect(points({ storage: storage(), nameplate })).toMatchObject({
    storedEnergyWh: isGood(4_659),
    batteryCapacityWh: isGood(10_240),
    chargePowerMaxW: isGood(5_000),
    dischargePowerMaxW: isGood(4_600),
    batteryPowerW: isMissing("unavailable"),
  });
});

test("a battery without a rated energy has no stored energy, and never 0", () => {
  const read = points({ storage: storage(), nameplate: image(120, { points: {} }) });
  expect(read.storedEnergyWh).toMatchObject(isMissing("unavailable"));
  expect(read.batteryCapacityWh).toMatchObject(isMissing("unavailable"));
  expect(read.dischargePowerMaxW).toEqual(isGood(5_000));
});

test("a scale factor out of range, or a model that failed, makes its points bad and no others", () => {
  const read = points({
    inverter: image(103, { points: { W: 100, W_SF: 77 } }),
    mppt: { failure: "exception 4" },
    meter: image(203, { points: { W: 5, W_SF: 0, TotWhImp: 9, TotWhExp: 0, TotWh_SF: 1 } }),
  });
  expect(read.inverterPowerW).toMatchObject(isMissing("bad"));
  expect(read.pvPowerW).toEqual({
    value: null,
    quality: "bad",
    reason: "exception 4",
    sourceTimeMs: READ_AT,
  });
  expect(read.gridPowerW).toEqual(isGood(5));
  expect(read.gridImportWh).toEqual(isGood(90));
});

test("values beyond what watts can count are bad", () => {
  const float = points({ inverter: image(113, { points: { W: 3e37 } }) });
  expect(float.inverterPowerW).toMatchObject(isMissing("bad"));
  const counter = points({ meter: image(203, { points: { TotWhImp: 4_000_000_000, TotWh_SF: 10 } }) });
  expect(counter.gridImportWh).toMatchObject(isMissing("bad"));
});

test("a meter at its sentinels has nothing, but its mandatory counters may be at 0", () => {
  const read = points({ meter: image(203, { points: { TotWh_SF: 0, TotWhImp: 0, TotWhExp: 0 } }) });
  expect(read.gridPowerW).toMatchObject(isMissing("unavailable"));
  expect(read.gridImportWh).toEqual(isGood(0));
});

test("a counter that falls is suspect until it is back", () => {
  const counters = watches();
  const qualityAt = (energy: number) =>
    points({ meter: image(203, { points: { TotWhImp: energy, TotWhExp: 1, TotWh_SF: 0 } }) }, counters)
      .gridImportWh?.quality;
  expect([500, 501, 0, 499, 501, 502].map(qualityAt)).toEqual([
    "good",
    "good",
    "suspect",
    "suspect",
    "good",
    "good",
  ]);
});

test("a device has only the points of its models", () => {
  expect(Object.keys(points({ meter: image(203, { points: {} }) }))).toEqual([
    "gridPowerW",
    "gridImportWh",
    "gridExportWh",
  ]);
});
