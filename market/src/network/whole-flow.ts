import assert from "node:assert/strict";
import type { LineFlow, OptimalFlow } from "./optimal-flow.ts";
import { capacityFrom, deliveredWh, sentWh } from "./radial-network.ts";

/** What a zone trades, in whole Wh. */
export interface WholeZoneFlow {
  readonly boughtWh: number;
  readonly soldWh: number;
}

/** An optimum in whole Wh. */
export interface WholeFlow {
  /** By zone. */
  readonly zones: ReadonlyMap<string, WholeZoneFlow>;
  readonly flows: readonly LineFlow[];
}

/** Floats this near to a whole number are one. */
const WHOLE_WITHIN = 1e-4;

function floorNear(value: number): number {
  return Math.floor(value + WHOLE_WITHIN);
}

function ceilNear(value: number): number {
  return Math.ceil(value - WHOLE_WITHIN);
}

/**
 * Makes an optimum whole, without a limit passed or a Wh created. Without losses a vertex of the program is
 * whole already and stays as it is. With losses, first a walk down the flow finds how much each line can carry
 * when its sender's offers are rounded up and all flows and losses to the side of safety; then a walk back up
 * fixes what each zone buys (rounded down, to what can reach it), the least that its lines must carry for
 * that, and what its offers give. Costs less than two Wh for each line and zone.
 */
export function wholeFlow({ zones, flows }: OptimalFlow): WholeFlow {
  const order = downstream(
    zones.map(({ zone }) => zone),
    flows,
  );
  const zoneOf = new Map(zones.map((zone) => [zone.zone, zone]));
  const out = Map.groupBy(flows, ({ from }) => from);
  const into = Map.groupBy(flows, ({ to }) => to);

  const carriedMaxWh = new Map<LineFlow, number>();
  const arrivingMaxWh = (zone: string): number =>
    sum((into.get(zone) ?? []).map((flow) => deliveredWh(flow.line, carriedMaxWh.get(flow) ?? 0)));
  for (const zone of order) {
    let leftWh = ceilNear(zoneOf.get(zone)?.soldWh ?? 0) + arrivingMaxWh(zone);
    for (const flow of out.get(zone) ?? []) {
      const carriedWh = Math.min(floorNear(flow.sentWh), leftWh);
      carriedMaxWh.set(flow, carriedWh);
      leftWh -= carriedWh;
    }
  }

  const carriedWh = new Map<LineFlow, number>();
  const whole = new Map<string, WholeZoneFlow>();
  for (const zone of order.toReversed()) {
    const optimum = zoneOf.get(zone) ?? { boughtWh: 0, soldWh: 0 };
    const soldMaxWh = ceilNear(optimum.soldWh);
    const sentOnWh = sum((out.get(zone) ?? []).map((flow) => carriedWh.get(flow) ?? 0));
    const arrivingWh = arrivingMaxWh(zone);
    const boughtWh = Math.min(floorNear(optimum.boughtWh), soldMaxWh + arrivingWh - sentOnWh);
    const neededWh = boughtWh + sentOnWh;
    const soldWh = Math.min(
      Math.max(Math.round(optimum.soldWh), neededWh - arrivingWh, 0),
      soldMaxWh,
      neededWh,
    );
    let leftWh = neededWh - soldWh;
    for (const flow of into.get(zone) ?? []) {
      const takenWh = Math.min(leftWh, deliveredWh(flow.line, carriedMaxWh.get(flow) ?? 0));
      carriedWh.set(flow, sentWh(flow.line, takenWh));
      leftWh -= takenWh;
    }
    whole.set(zone, { boughtWh, soldWh });
  }
  const wholeFlows = flows
    .map((flow) => ({ ...flow, sentWh: carriedWh.get(flow) ?? 0 }))
    .filter((flow) => flow.sentWh > 0);
  assertFeasible(whole, wholeFlows);
  return { zones: whole, flows: wholeFlows };
}

/** Every zone's energy adds up, and no line carries more than it may. */
function assertFeasible(zones: ReadonlyMap<string, WholeZoneFlow>, flows: readonly LineFlow[]): void {
  for (const [zone, { boughtWh, soldWh }] of zones) {
    assert(boughtWh >= 0 && soldWh >= 0, `zone ${zone} trades less than nothing`);
    const arrived = sum(
      flows.filter(({ to }) => to === zone).map((flow) => deliveredWh(flow.line, flow.sentWh)),
    );
    const sent = sum(flows.filter(({ from }) => from === zone).map((flow) => flow.sentWh));
    assert(soldWh + arrived === boughtWh + sent, `zone ${zone} does not balance`);
  }
  for (const { line, from, sentWh: carried } of flows) {
    assert(
      Number.isSafeInteger(carried) && carried <= capacityFrom(line, from),
      `line ${line.id} carries too much`,
    );
  }
}

/** Zones such that each stands behind all that send to it; flows along trees never go round. */
function downstream(zones: readonly string[], flows: readonly LineFlow[]): readonly string[] {
  const out = Map.groupBy(flows, ({ from }) => from);
  const waiting = new Map(zones.map((zone) => [zone, 0]));
  for (const { to } of flows) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const order = zones.filter((zone) => waiting.get(zone) === 0);
  for (const zone of order) {
    for (const { to } of out.get(zone) ?? []) {
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) order.push(to);
    }
  }
  assert(order.length === zones.length, "energy cannot flow in a ring");
  return order;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
