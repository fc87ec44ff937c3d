import { expect, test } from "vitest";
import { NO_PLAN } from "../runs/run-plan.ts";
import { liveOptions, requireClock } from "./simulate-mode.ts";

const unfit = (message: string): unknown =>
  expect.objectContaining({ code: "SIMULATION_MODE_UNFIT", message });

test.each(["compare", "out", "feeder"] as const)("a live mode takes no --%s", async (name) => {
  const options = { workers: 1, vary: [], [name]: "somewhere" };
  const told = `--mode wire makes a single run and prints its summary: it takes no --${name}`;
  await expect(liveOptions({ ...NO_PLAN, scenario: null }, "wire", options)).rejects.toEqual(unfit(told));
});

test("a live mode varies nothing", async () => {
  const options = { workers: 1, vary: ["seed=1..3"] };
  const told = "--mode full-path makes a single run and prints its summary: it takes no --vary";
  await expect(liveOptions({ ...NO_PLAN, scenario: null }, "full-path", options)).rejects.toEqual(
    unfit(told),
  );
});

test("only the wire has a clock", () => {
  expect(() => requireClock({ mode: "wire", speed: 20 })).not.toThrow();
  expect(() => requireClock({ mode: "fast" })).not.toThrow();
  for (const mode of ["fast", "full-path"] as const) {
    expect(() => requireClock({ mode, speed: 20 })).toThrow(
      unfit(`--mode ${mode} has no clock: it takes no --speed`),
    );
  }
});
