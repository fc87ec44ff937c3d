import fc from "fast-check";
import { expect, test } from "vitest";
import { CoreAndNaive, type Session, type Step } from "../../test/core-and-naive.ts";
import type { SelfTradePolicy } from "./self-trade.ts";

const runs = Number(process.env["FC_RUNS"] ?? 200);

/** Few ticks, sites and quantities, so that orders meet; now and then a field that is out of bounds. */
function steps(ticks: number, siteCount: number, length: number): fc.Arbitrary<readonly Step[]> {
  const tick = fc.integer({ min: 0, max: ticks - 1 });
  const anyTick = fc.oneof(
    { weight: 30, arbitrary: tick },
    { weight: 1, arbitrary: fc.constantFrom(-1, ticks, 0.5) },
  );
  const quantity = fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -3, 1.5, 2 ** 31 - 1, 2 ** 31) },
  );
  const book = fc.nat({ max: 7 });
  const kind = fc.constantFrom(0, 0, 0, 1, 2, 3);
  const submit = fc
    .record({
      do: fc.constant("submit" as const),
      book,
      site: fc.nat({ max: siteCount }),
      side: fc.constantFrom(0 as const, 1 as const),
      tick: anyTick,
      quantity,
      timeInForce: kind,
      lifetimeMs: fc.integer({ min: 0, max: 20 }),
    })
    .map((step) => ({
      ...step,
      lifetimeMs: step.timeInForce === 3 ? step.lifetimeMs : step.lifetimeMs === 20 ? 1 : 0,
    }));
  const order = fc.nat({ max: 400 });
  return fc.array(
    fc.oneof(
      { weight: 60, arbitrary: submit },
      { weight: 12, arbitrary: fc.record({ do: fc.constant("cancel" as const), order }) },
      {
        weight: 12,
        arbitrary: fc.record({ do: fc.constant("replace" as const), order, tick: anyTick, quantity }),
      },
      { weight: 6, arbitrary: fc.record({ do: fc.constant("advance" as const), byMs: fc.nat({ max: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("call" as const), book }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("reopen" as const), book }) },
    ),
    { maxLength: length, size: "max" },
  );
}

function play(session: Session, sequence: readonly Step[]): void {
  const pair = new CoreAndNaive(session);
  for (const step of sequence) pair.step(step);
  pair.compareBooks();
}

const POLICIES: readonly SelfTradePolicy[] = [0, 1, 2, 3];

test.each(POLICIES)(
  "under self-trade policy %i the core does what the naive market does",
  (selfTrade) => {
    const size = { booksMax: 3, ordersMax: 60, positionsMax: 12, ticksMax: 8, laddersMax: 6 };
    const session: Session = { size, bookCount: 3, siteCount: 4, ticks: 8, selfTrade, limitWh: 60 };
    fc.assert(
      fc.property(steps(8, 4, 150), (sequence) => play(session, sequence)),
      { numRuns: runs },
    );
  },
  600_000,
);

test.each([
  ["one book that outgrows its queues, with one ladder for two sides", 1, 100, 1, 5],
  ["one book of 2,100 ticks", 1, 120, 2, 2_100],
] as const)(
  "the same holds for %s",
  (_what, bookCount, ordersMax, laddersMax, ticks) => {
    const size = { booksMax: bookCount, ordersMax, positionsMax: 6, ticksMax: ticks, laddersMax };
    const session: Session = { size, bookCount, siteCount: 6, ticks, selfTrade: 0, limitWh: 2 ** 40 };
    fc.assert(
      fc.property(steps(ticks, 6, 400), (sequence) => play(session, sequence)),
      { numRuns: Math.ceil(runs / 4) },
    );
  },
  600_000,
);

test("a long session over many books stays the same to its last order", () => {
  const size = { booksMax: 8, ordersMax: 300, positionsMax: 64, ticksMax: 40, laddersMax: 16 };
  const session: Session = { size, bookCount: 8, siteCount: 8, ticks: 40, selfTrade: 2, limitWh: 2 ** 40 };
  const [sequence = []] = fc.sample(
    fc.array(steps(40, 8, 300), { minLength: 30, maxLength: 30, size: "max" }).map((parts) => parts.flat()),
    { numRuns: 1, seed: 7 },
  );
  expect(sequence.length).toBeGreaterThan(2_000);
  play(session, sequence);
}, 600_000);
