import { epochMs } from "@commonwatt/vpp-core";
import { beforeAll, describe, expect, test } from "vitest";
import { uint64 } from "./numbers.ts";
import { loadOpcuaLibrary, type OpcuaLibrary } from "./opcua-library.ts";
import { measuredOf, ProcessImage } from "./process-image.ts";

const TAKEN = epochMs(1_750_000_000_000);
const NOW = epochMs(TAKEN + 700);

let library: OpcuaLibrary;
beforeAll(async () => {
  library = await loadOpcuaLibrary();
});

type StatusName =
  | "Good"
  | "UncertainLastUsableValue"
  | "BadCommunicationError"
  | "BadNoData"
  | "BadNodeIdUnknown"
  | "BadSensorFailure";

function value(content: unknown, status: StatusName = "Good") {
  return new library.DataValue({
    value: { dataType: library.DataType.Double, value: content },
    statusCode: library.StatusCodes[status],
    sourceTimestamp: new Date(TAKEN),
  });
}

describe("a value from the wire", () => {
  test.each([
    [-1_499.6, -1_500],
    [0.4, 0],
    [12, 12],
  ])("of %d W is rounded to %d once", (content, expected) => {
    expect(measuredOf("gridPowerW", value(content), NOW)).toEqual({
      value: expected,
      quality: "good",
      reason: null,
      sourceTimeMs: TAKEN,
    });
  });

  test("of 64 bits keeps every digit, and one beyond the safe integers is bad", () => {
    const registers = (content: number) =>
      new library.DataValue({ value: uint64(library, content), statusCode: library.StatusCodes.Good });
    expect(measuredOf("gridImportWh", registers(2 ** 40 + 1), NOW)).toMatchObject({
      value: 2 ** 40 + 1,
      sourceTimeMs: NOW,
    });
    const tooLarge = measuredOf("gridImportWh", registers(2 ** 60), NOW);
    expect(tooLarge).toMatchObject({ value: null, quality: "bad" });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])("of %d is bad, never 0", (content) => {
    expect(measuredOf("pvPowerW", value(content), NOW)).toMatchObject({
      value: null,
      quality: "bad",
      reason: "the value is not a number",
    });
  });

  test("that is beyond all sense once it is scaled is bad, and does not throw", () => {
    expect(measuredOf("gridImportWh", value(9e15), NOW, 1_000)).toMatchObject({
      value: null,
      quality: "bad",
    });
    expect(measuredOf("gridImportWh", value(1.5), NOW, 1_000)).toMatchObject({
      value: 1_500,
      quality: "good",
    });
  });

  test("that is missing is bad, never 0", () => {
    const empty = new library.DataValue({ statusCode: library.StatusCodes.Good });
    expect(measuredOf("pvPowerW", empty, NOW)).toMatchObject({ value: null, quality: "bad" });
  });

  test.each([
    ["UncertainLastUsableValue", 5, "suspect"],
    ["BadCommunicationError", null, "bad"],
    ["BadNoData", null, "unavailable"],
  ] as const)("with status %s has value %s and is %s", (status, expected, quality) => {
    expect(measuredOf("pvPowerW", value(5, status), NOW)).toEqual({
      value: expected,
      quality,
      reason: status,
      sourceTimeMs: TAKEN,
    });
  });
});

describe("a process image", () => {
  test("leaves out nodes that do not exist", () => {
    const image = new ProcessImage(TAKEN);
    image.take("pvPowerW", value(5, "BadNodeIdUnknown"), NOW);
    image.take("gridPowerW", value(5), NOW);
    expect(Object.keys(image.points(null))).toEqual(["gridPowerW"]);
  });

  test("ages with silence, but what was not good does not become better", () => {
    const image = new ProcessImage(TAKEN);
    image.take("gridPowerW", value(5), NOW);
    image.take("pvPowerW", value(5, "BadSensorFailure"), NOW);
    const points = image.points("silent for 3 s");
    expect(points.gridPowerW).toMatchObject({ value: 5, quality: "stale", reason: "silent for 3 s" });
    expect(points.pvPowerW).toMatchObject({ value: null, quality: "bad" });
  });

  test("takes settings for as fresh as the server's last word, and measurements for as old as they are", () => {
    const image = new ProcessImage(TAKEN);
    image.take("batteryCapacityWh", value(10_000), NOW);
    image.take("storedEnergyWh", value(4_000), NOW);
    image.heard(epochMs(NOW + 60_000));
    expect(image.points(null).batteryCapacityWh?.sourceTimeMs).toBe(NOW + 60_000);
    expect(image.points(null).storedEnergyWh?.sourceTimeMs).toBe(TAKEN);
  });
});
