import { deviceId, durationMs, epochMs, simulatedClock, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { type TestWear, testContext, testWear } from "../../test/test-context.ts";
import { WriteBudget } from "./write-budget.ts";

const DAY_MS = 86_400_000;
const START = epochMs(1_800_000_000_000);

/** A budget of five writes a day, and one like it in the program that comes after. */
function bench(wear: TestWear = testWear()) {
  const clock = simulatedClock(START);
  const context = testContext(clock, wear);
  const start = () => new WriteBudget({ deviceId: deviceId("b"), context, perDayMax: 5 });
  let budget = start();
  return {
    wear,
    clock,
    restart: () => {
      budget = start();
    },
    /** Whether the claim was granted; else why not. */
    claim: async (writes: number, wayBack = 0, patienceMs = 1_000) =>
      (await budget.claim(
        { command: "battery", writes, wayBack },
        epochMs(systemClock.now() + durationMs(patienceMs)),
      )) ?? "granted",
    noteWayBack: (writes: number) => budget.noteWayBack("battery", writes),
  };
}

const used = (writes: number): unknown =>
  expect.stringMatching(new RegExp(`^${writes} of 5 writes of registers that wear out are used up`));

test("a restart does not reset the budget", async () => {
  const { claim, restart, clock } = bench();
  expect(await claim(3)).toBe("granted");
  restart();
  expect(await claim(3)).toEqual(used(3));
  expect(await claim(2)).toBe("granted");
  restart();
  expect(await claim(1)).toEqual(used(5));
  clock.advanceTo(epochMs(START + DAY_MS));
  expect(await claim(5)).toBe("granted");
});

test("the way back is claimed once with the first command, and needs no claim when it comes", async () => {
  const { claim, noteWayBack, wear } = bench();
  expect(await claim(1, 1)).toBe("granted");
  expect(await claim(1, 1)).toBe("granted");
  expect(wear.claims.map(({ writes }) => writes)).toEqual([2, 1]);
  noteWayBack(1);
  expect(await claim(2, 1)).toEqual(used(3));
  expect(await claim(1, 1)).toBe("granted");
});

test("what needs no writes needs no store", async () => {
  const { claim, wear } = bench();
  wear.away = "fails";
  expect(await claim(0, 0)).toBe("granted");
});

test.each(["fails", "hangs"] as const)(
  "while the store %s nothing that wears out is written, and what is known stays known",
  async (away) => {
    const { claim, wear, restart } = bench();
    expect(await claim(2, 1)).toBe("granted");
    wear.away = away;
    expect(await claim(1, 1, 50)).toMatch(/^writes of registers that wear out cannot be counted now: /);
    restart();
    expect(await claim(1, 1, 50)).toMatch(/cannot be counted now/);
    wear.away = "no";
    expect(await claim(2, 1)).toEqual(used(3));
    expect(await claim(1, 1)).toBe("granted");
  },
);

test("a way back that nobody had claimed counts with the next claim", async () => {
  const { claim, noteWayBack, restart, wear } = bench();
  noteWayBack(2);
  expect(await claim(4)).toEqual(used(2));
  expect(await claim(3)).toBe("granted");
  expect(wear.claims.map(({ writes }) => writes)).toEqual([5]);
  restart();
  expect(await claim(1)).toEqual(used(5));
});
