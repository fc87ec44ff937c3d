import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { ambientTemperatureC } from "./ambient-temperature.ts";

const zurich = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const sydney = { latitudeDeg: -33.9, longitudeDeg: 151.2 };
const at = (month: number, hourUtc: number) => epochMs(Date.UTC(2026, month, 20, hourUtc));

test("is warm in summer and in the afternoon, the other way round in the south", () => {
  expect(ambientTemperatureC(at(6, 14), zurich)).toBeCloseTo(25, 0);
  expect(ambientTemperatureC(at(6, 2), zurich)).toBeCloseTo(15, 0);
  expect(ambientTemperatureC(at(0, 14), zurich)).toBeCloseTo(5, 0);
  expect(ambientTemperatureC(at(0, 2), zurich)).toBeCloseTo(-5, 0);
  expect(ambientTemperatureC(at(6, 5), sydney)).toBeCloseTo(5, 0);
  expect(ambientTemperatureC(at(0, 5), sydney)).toBeCloseTo(25, 0);
});
