import { epochMs, seededRandom, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { UnitHealth } from "./unit-health.ts";

function health(): UnitHealth {
  return new UnitHealth({ baseMs: 1_000, maxMs: 60_000 }, simulatedClock(epochMs(0)), seededRandom(1), 2);
}

test("a link on which two requests in a row got no answer is half-open", () => {
  const units = health();
  units.answered(1);
  units.unanswered(1);
  expect(units.linkIsSilent).toBe(false);
  units.unanswered(1);
  expect(units.linkIsSilent).toBe(true);
  units.linkOpened();
  expect(units.linkIsSilent).toBe(false);
});

test("a unit that is silent beside one that answers leaves the link, and is left alone itself", () => {
  const units = health();
  units.answered(1);
  for (let count = 0; count < 3; count++) units.unanswered(2);
  expect(units.linkIsSilent).toBe(false);
  expect(units.remainingMs(1)).toBe(0);
  expect(units.remainingMs(2)).toBeGreaterThanOrEqual(500);
});

test("a line on which nobody has answered is given longer than one that has fallen silent", () => {
  const settings = { baseMs: 1_000, maxMs: 60_000 };
  const units = new UnitHealth(settings, simulatedClock(epochMs(0)), seededRandom(1), 3, 2);
  units.unanswered(1);
  units.unanswered(1);
  expect(units.linkIsSilent).toBe(false);
  units.answered(1);
  units.unanswered(1);
  units.unanswered(1);
  expect(units.linkIsSilent).toBe(true);
});
