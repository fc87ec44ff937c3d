import fc from "fast-check";
import { expect, it } from "vitest";
import { EngineAndNaive, type MarketStep, OPEN_MS } from "../../test/engine-and-naive.ts";

const runs = Number(process.env["FC_RUNS"] ?? 200);
const order = fc.nat();
const step: fc.Arbitrary<MarketStep> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      home: fc.integer({ min: 0, max: 3 }),
      side: fc.constantFrom("bid" as const, "offer" as const),
      ticks: fc.integer({ min: 0, max: 8 }),
      energyWh: fc.integer({ min: 1, max: 900 }),
      inForce: fc.constantFrom(
        "gate" as const,
        "gate" as const,
        "immediate" as const,
        "fill-or-kill" as const,
        "time" as const,
      ),
      lifetimeMs: fc.integer({ min: 1, max: OPEN_MS }),
      replaces: fc.boolean(),
      order,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), order }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      forMs: fc.integer({ min: 1, max: OPEN_MS / 4 }),
    }),
  },
);

const rules = fc.record({
  callPhaseMs: fc.constantFrom(0, 2_000, 5_000, OPEN_MS),
  selfTrade: fc.constantFrom("cancel-newest" as const, "cancel-resting" as const, "decrement" as const),
  mechanism: fc.record({
    name: fc.constant("uniform-price"),
    kPerMille: fc.integer({ min: 0, max: 1000 }),
  }),
});

it(
  "does in both phases what the naive market does, whatever comes in",
  () => {
    const phases = new Set<string>();
    fc.assert(
      fc.property(rules, fc.array(step, { minLength: 1, maxLength: 40 }), (chosen, steps) => {
        const both = new EngineAndNaive(chosen);
        for (const each of steps) both.step(each);
        both.close();
        const [book] = both.engine.books();
        for (const { trade } of book?.trades ?? []) phases.add(trade.phase);
      }),
      { numRuns: runs },
    );
    expect([...phases].sort(), "sessions trade in both phases").toEqual(["call", "continuous"]);
  },
  30_000 + 20 * runs,
);
