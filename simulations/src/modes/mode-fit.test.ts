import { epochMs, siteId } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { createNeighbourhood, type NeighbourhoodFrame } from "../neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { requireFullPath } from "./mode-fit.ts";

function lane(frame: Partial<NeighbourhoodFrame> = {}, ids: readonly string[] = ["a", "b"]): Neighbourhood {
  return createNeighbourhood(
    {
      ...{ community: "lane", intervalMinutes: 15, startMs: epochMs(0), intervals: 2 },
      ...{ retailPrice: [300_000, 300_000], feedInPrice: [80_000, 80_000] },
      ...frame,
    },
    ids.map((id) => ({
      ...{ siteId: siteId(id), loadWh: [500, 500], pvWh: null, battery: null },
      ...{ importPowerMaxW: 2_000, exportPowerMaxW: 0, strategy: "truthful" },
    })),
  );
}

const options = (change: Partial<SimulationOptions> = {}): SimulationOptions => ({
  ...{ neighbourhood: lane(), mechanism: "uniform", forecast: "perfect", seed: "1", workers: 1 },
  ...change,
});

test("a neighbourhood that contracts can settle is taken", () => {
  expect(() => requireFullPath(options())).not.toThrow();
  expect(() => requireFullPath(options({ mechanism: "uniform:0" }))).not.toThrow();
});

test.each<[string, Partial<SimulationOptions>]>([
  ["workers is 2", { workers: 2 }],
  ["mechanism is mcafee", { mechanism: "mcafee" }],
  ["feePpm is 5000", { neighbourhood: lane({ feePpm: 5_000 }) }],
  [
    "the number of homes is 201",
    {
      neighbourhood: lane(
        {},
        Array.from({ length: 201 }, (_, h) => `h${h}`),
      ),
    },
  ],
  ["community is My Lane", { neighbourhood: lane({ community: "My Lane" }) }],
  ["a site's id is Building_1", { neighbourhood: lane({}, ["a", "Building_1"]) }],
  ["the retail price is 300000, then 310000", { neighbourhood: lane({ retailPrice: [300_000, 310_000] }) }],
  ["the feed-in price is -5", { neighbourhood: lane({ feedInPrice: [-5, -5] }) }],
])("%s is refused", (words, change) => {
  const refusal = expect.objectContaining({
    code: "SIMULATION_MODE_UNFIT",
    message: expect.stringContaining(`mode full-path: ${words}; allowed: `),
  });
  expect(() => requireFullPath(options(change))).toThrow(refusal);
});

test("a home that takes more than its connection passes is refused", () => {
  const narrow = { ...lane(), importPowerMaxW: new Int32Array([2_000, 1_999]) };
  expect(() => requireFullPath(options({ neighbourhood: narrow }))).toThrow(
    "what b takes is 2000 W; allowed: its connection, 1999 W",
  );
});
