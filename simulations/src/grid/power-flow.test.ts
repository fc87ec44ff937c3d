import { seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { type Branch, type Connection, type Feeder, fromSequences, radialFeeder } from "./feeder.ts";
import { PowerFlow } from "./power-flow.ts";

const CABLE = fromSequences(0.1, 0.03, 0.4, 0.06);

function cable(from: string, to: string): Branch {
  return { name: `${from}-${to}`, from, to, impedance: CABLE };
}

function home(name: string, bus: string, phase: 1 | 2 | 3): Connection {
  return { name, bus, phase, powerFactor: 1 };
}

function feederOf(branches: readonly Branch[], connections: readonly Connection[]): Feeder {
  return radialFeeder({
    source: "s",
    sourceVoltageV: 240,
    nominalVoltageV: 230,
    transformerVA: null,
    branches,
    connections,
  });
}

/** A tree of `count` buses with side branches, and a home on some. */
function randomFeeder(seed: number, everyBus: boolean): Feeder {
  const random = seededRandom(seed);
  const branches: Branch[] = [];
  const connections: Connection[] = [];
  for (let bus = 1; bus <= 40; bus++) {
    const from = random.next() < 0.7 ? bus - 1 : random.integer(0, bus - 1);
    branches.push(cable(from === 0 ? "s" : `b${from}`, `b${bus}`));
    if (random.next() < 0.4) connections.push(home(`h${bus}`, `b${bus}`, random.integer(1, 3) as 1 | 2 | 3));
  }
  const idle = everyBus ? branches.map(({ to }) => home(`idle-${to}`, to, 1)) : [];
  return feederOf(branches, [...connections, ...idle]);
}

function solved(
  feeder: Feeder,
  wattsOf: (name: string, i: number) => number,
): { flow: PowerFlow; volts: Float64Array } {
  const flow = new PowerFlow(feeder);
  const active = Float64Array.from(feeder.connections, ({ name }, i) => wattsOf(name, i));
  const summary = flow.solve(
    active,
    active.map((w) => w * 0.3),
  );
  expect(summary.residual).toBeLessThan(1e-9);
  const volts = new Float64Array(3 * feeder.buses.length);
  flow.busVoltages(volts);
  return { flow, volts };
}

describe("PowerFlow", () => {
  it("gives the voltage that the quadratic of a single line gives", () => {
    const flow = new PowerFlow(feederOf([cable("s", "a")], [home("h", "a", 1)]));
    const [p, q] = [4_000, 1_000];
    const { lossesW } = flow.solve(Float64Array.of(p), Float64Array.of(q));
    // |V|⁴ + (2(PR + QX) − V0²)|V|² + |Z|²|S|² = 0, with the phase's own impedance.
    const { selfOhm: r, selfReactanceOhm: x } = CABLE;
    const b = 240 ** 2 - 2 * (p * r + q * x);
    const square = (b + Math.sqrt(b * b - 4 * (r * r + x * x) * (p * p + q * q))) / 2;
    const voltages = new Float64Array(1);
    flow.connectionVoltages(voltages);
    expect(voltages[0]).toBeCloseTo(Math.sqrt(square), 6);
    expect(lossesW).toBeCloseTo((r * (p * p + q * q)) / square, 4);
  });

  it("leaves no voltage drop and no current in the neutral's share when three phases take the same", () => {
    const homes = [home("h1", "a", 1), home("h2", "a", 2), home("h3", "a", 3)];
    const flow = new PowerFlow(feederOf([cable("s", "a")], homes));
    const p = 5_000;
    flow.solve(Float64Array.of(p, p, p), new Float64Array(3));
    const voltages = new Float64Array(3);
    flow.connectionVoltages(voltages);
    // Balanced phases see the positive sequence alone: R = 0.1, X = 0.03.
    const b = 240 ** 2 - 2 * p * 0.1;
    const square = (b + Math.sqrt(b * b - 4 * (0.1 ** 2 + 0.03 ** 2) * p * p)) / 2;
    for (const voltage of voltages) expect(voltage).toBeCloseTo(Math.sqrt(square), 6);
  });

  it.each([1, 2, 3, 4, 5])(
    "does not change a voltage by leaving out buses without homes, tree %i",
    (seed) => {
      const watts = (name: string): number => (name.startsWith("idle") ? 0 : 100 + 37 * name.length * seed);
      const [reduced, whole] = [randomFeeder(seed, false), randomFeeder(seed, true)];
      const [a, b] = [solved(reduced, watts).volts, solved(whole, watts).volts];
      expect(reduced.buses).toEqual(whole.buses);
      for (const [i, volts] of a.entries()) expect(volts).toBeCloseTo(b[i] as number, 6);
    },
  );

  it("raises the voltage where power is fed in, and gives the rest back to the grid", () => {
    const feeder = feederOf([cable("s", "a"), cable("a", "b")], [home("h", "b", 2)]);
    const flow = new PowerFlow(feeder);
    const { sourceW, lossesW } = flow.solve(Float64Array.of(-6_000), Float64Array.of(0));
    const voltages = new Float64Array(1);
    flow.connectionVoltages(voltages);
    expect(voltages[0]).toBeGreaterThan(240);
    expect(sourceW).toBeCloseTo(-6_000 + lossesW, 6);
  });

  it("refuses more than the feeder can carry, and solves the next interval as if nothing had been", () => {
    const flow = new PowerFlow(feederOf([cable("s", "a")], [home("h", "a", 1)]));
    const before = flow.solve(Float64Array.of(1_000), Float64Array.of(0));
    expect(() => flow.solve(Float64Array.of(1e6), Float64Array.of(0))).toThrow(
      expect.objectContaining({ code: "GRID_NO_SOLUTION" }),
    );
    expect(flow.solve(Float64Array.of(1_000), Float64Array.of(0)).lossesW).toBeCloseTo(before.lossesW, 9);
  });
});

describe("radialFeeder", () => {
  it("takes branches in any direction and order", () => {
    const feeder = feederOf([cable("c", "b"), cable("b", "a"), cable("s", "a")], [home("h", "c", 1)]);
    expect(feeder.buses).toEqual(["s", "a", "b", "c"]);
    expect([...feeder.parents]).toEqual([-1, 0, 1, 2]);
  });

  it.each([
    ["GRID_NOT_RADIAL", [cable("s", "a"), cable("a", "b"), cable("b", "s")], "a"],
    ["GRID_NOT_RADIAL", [cable("s", "a"), cable("s", "a")], "a"],
    ["GRID_NOT_CONNECTED", [cable("s", "a"), cable("b", "c")], "a"],
    ["GRID_NOT_CONNECTED", [cable("s", "a")], "z"],
  ] as const)("refuses what it is not for: %s", (code, branches, bus) => {
    expect(() => feederOf(branches, [home("h", bus, 1)])).toThrow(expect.objectContaining({ code }));
  });
});
