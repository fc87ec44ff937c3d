import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import { smallPlan } from "../../test/small-street.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { loadRun } from "./load-run.ts";
import { type RunStudy, studyRun } from "./study-run.ts";
import { zoneTable } from "./zone-table.ts";

const HOMES = ["a-1", "a-2", "a-3", "b-1", "b-2", "b-3", "c-1", "c-2", "c-3"];

/** Two cables from one transformer: at the end of one, homes with batteries; at the end of the other, homes without. */
const FEEDER = {
  "feeder/LineCode.txt": "New LineCode.main nphases=3 R1=0.2 X1=0.08 R0=0.8 X0=0.1 C1=0 C0=0 Units=km\n",
  "feeder/Lines.txt":
    "New Line.LA Bus1=1 Bus2=2 phases=3 Linecode=main Length=150 Units=m\n" +
    "New Line.LB Bus1=1 Bus2=3 phases=3 Linecode=main Length=150 Units=m normamps=100\n",
  "feeder/Transformers.txt":
    "New Transformer.TR1 Buses=[Grid 1] Conns=[Delta Wye] kVs=[11 0.4] kVAs=[100 100] XHL=4\n",
  "feeder/Loads.txt": HOMES.map(
    (name, i) => `New Load.${name} Phases=1 Bus1=${i < 3 ? 2 : 3}.${(i % 3) + 1} kV=0.23 kW=1 PF=0.95\n`,
  ).join(""),
};

/**
 * In `full`, whoever has a battery sells to those without; in `empty`, it buys from a roof on the other cable; in `sunny`,
 * it sells while roofs that do not trade feed in.
 */
const SITES = {
  full:
    "- { id: a, count: 3, load: { occupants: 1 }, battery: { capacityWh: 40000, powerMaxW: 9000, startShare: 1 } }\n" +
    "- { id: b, count: 3, load: { occupants: 2, baseW: 4000 } }\n",
  empty:
    "- { id: a, count: 3, load: { occupants: 1 }, battery: { capacityWh: 40000, powerMaxW: 9000, startShare: 0 } }\n" +
    "- { id: b, count: 3, load: { occupants: 1 }, pv: { peakW: 12000 } }\n",
  sunny:
    "- { id: a, count: 3, load: { occupants: 1 }, battery: { capacityWh: 40000, powerMaxW: 9000, startShare: 1 } }\n" +
    "- { id: b, count: 3, load: { occupants: 2, baseW: 4000 } }\n" +
    "- { id: c, count: 3, load: { occupants: 1 }, pv: { peakW: 12000 }, strategy: none }\n",
};

async function studied(
  sites: keyof typeof SITES,
  feeder: string,
  mechanism: string,
  strategy: StrategyName | null = null,
) {
  // The day begins at noon, as midnight in Auckland is in Zurich.
  const scenario = `days: 1\nseason: summer\ntimeZone: Pacific/Auckland\ncloudiness: 0\nforecast: perfect\nfeeder: ${feeder}\nsites:\n${SITES[sites]}`;
  const folder = await folderWith({ ...FEEDER, "s.yaml": scenario });
  const plan = await smallPlan({
    ...{ data: null, scenario: `${folder}/s.yaml`, mechanism },
    ...{ strategy, forecast: null, seed: null, lieBooks: 1 },
  });
  const loaded = await loadRun(plan, { workers: 1, tracedHomes: 0 });
  const { neighbourhood, settings } = loaded;
  const study = await studyRun(neighbourhood, settings, { workers: 2, feeder: loaded.feeder, trace: false });
  expect(study.checks.filter(({ holds }) => !holds)).toEqual([]);
  return { ...study, neighbourhood };
}

function kpi({ kpis }: RunStudy, name: string): number | null | undefined {
  return kpis.find((value) => value.name === name)?.value;
}

describe("a run within the limits of its feeder", () => {
  test.each([
    ["lineLoading", "full", "{ folder: feeder, lineA: { LA: 14 } }"],
    ["lineLoading", "empty", "{ folder: feeder, lineA: { LA: 10 } }"],
    ["transformerLoading", "sunny", "{ folder: feeder, transformerKVA: 21 }"],
  ] as const)(
    "keeps the %s below 1 where trade would pass it, batteries %s",
    async (loading, sites, feeder) => {
      const [free, limited] = [
        await studied(sites, feeder, "uniform"),
        await studied(sites, feeder, "network-constrained"),
      ];
      expect(kpi(free, loading)).toBeGreaterThan(1.2);
      expect(kpi(limited, loading)).toBeLessThanOrEqual(1);
      expect(kpi(limited, loading)).toBeGreaterThan(0.8);
      expect(kpi(limited, "limitedIntervals")).toBeGreaterThan(0);
      expect(kpi(limited, "passedIntervals")).toBe(0);
      expect(kpi(limited, "traded")).toBeGreaterThan(0);
      expect(kpi(free, "limitedIntervals")).toBeNull();
    },
  );

  test("has a price in each zone, different where a limit keeps something back", async () => {
    const { neighbourhood, result } = await studied(
      "full",
      "{ folder: feeder, lineA: { LA: 10 } }",
      "network-constrained",
    );
    const network = result.network;
    if (network === null) throw new Error("it cleared within a network");
    const { columns } = zoneTable(neighbourhood, network);
    expect(columns.map(({ name }) => name).slice(3)).toEqual(
      ["grid", "transformer", "LA.1", "LB.1", "LA.2", "LB.2", "LA.3", "LB.3"].map(
        (zone) => `priceMicro ${zone}`,
      ),
    );
    const t = network.keptBackNano.findIndex((nano) => nano > 0);
    const price = (zone: string) => columns.find(({ name }) => name === `priceMicro ${zone}`)?.values[t];
    expect(price("LA.1")).toBeLessThan(price("grid") as number);
  });

  test("says so where homes pass a limit whatever is traded, and leaves them no worse", async () => {
    const feeder = "{ folder: feeder, lineA: { LB: 10 } }";
    const [idle, limited] = [
      await studied("full", feeder, "uniform", "none"),
      await studied("full", feeder, "network-constrained"),
    ];
    expect(kpi(limited, "passedIntervals")).toBe(96);
    expect(kpi(limited, "lineLoading")).toBeCloseTo(kpi(idle, "lineLoading") as number, 2);
  });

  test("trades as without limits where they are wide enough", async () => {
    const [free, wide] = [
      await studied("full", "feeder", "uniform"),
      await studied(
        "full",
        "{ folder: feeder, lineA: { LB: 1000 }, transformerKVA: 1000 }",
        "network-constrained",
      ),
    ];
    expect(kpi(wide, "limitedIntervals")).toBe(0);
    expect(kpi(wide, "traded")).toBeCloseTo(kpi(free, "traded") as number, 0);
  });

  test.each([
    ["GRID_NO_SUCH_LINE", "{ folder: feeder, lineA: { LX: 10 } }"],
    ["SCENARIO_INVALID", "{ folder: feeder, lineA: { LA: -1 } }"],
    ["SCENARIO_INVALID", "{ lineA: { LA: 1 } }"],
  ])("refuses what is no limit: %s", async (code, feeder) => {
    await expect(studied("full", feeder, "uniform")).rejects.toMatchObject({ code });
  });

  test("needs a feeder", async () => {
    const loaded = await loadRun(await smallPlan({ mechanism: "network-constrained" }), {
      workers: 1,
      tracedHomes: 0,
    });
    const run = studyRun(loaded.neighbourhood, loaded.settings, { workers: 1, feeder: null, trace: false });
    await expect(run).rejects.toMatchObject({ code: "SIMULATION_OPTIONS_INVALID" });
  });
});
