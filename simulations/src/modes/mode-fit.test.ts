import { epochMs, siteId } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { createNeighbourhood, type NeighbourhoodFrame } from "../neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { requireFullPath, requireWire } from "./mode-fit.ts";

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

test("on the wire homes bid as live ones do, and nothing is lost to a limit", () => {
  expect(() => requireWire(options())).not.toThrow();
  const refused = (change: Partial<Neighbourhood>, words: string): void => {
    const neighbourhood = { ...lane(), ...change };
    expect(() => requireWire(options({ neighbourhood }))).toThrow(`mode wire: ${words}`);
  };
  refused({ strategies: ["truthful", "zip"] }, "a strategy is zip; allowed: truthful, as live homes bid");
  refused({ pvWh: new Int32Array([0, 0, 0, 501]) }, "what b has left is 4 W; allowed: its connection, 0 W");
  const inverterPowerMaxW = new Int32Array([0, 1_999]);
  const narrow = {
    pvWh: new Int32Array([0, 500, 0, 0]),
    batteries: { ...lane().batteries, inverterPowerMaxW },
  };
  refused(narrow, "the sun on b is 2000 W; allowed: its inverter, 1999 W");
  const unconnected = { loadWh: new Int32Array(4), importPowerMaxW: new Int32Array([9, 0]) };
  refused(unconnected, "the connection of b is 0 W; allowed: more than 0 W");
  expect(() => requireWire(options({ workers: 2 }))).toThrow("mode wire: workers is 2");
});
