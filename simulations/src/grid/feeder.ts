import { CommonwattError } from "@commonwatt/vpp-core";

/**
 * The impedance of three coupled phases that are alike, in ohm. From sequence impedances (Kersting,
 * Distribution System Modeling and Analysis, ch. 4): self = (2·Z1 + Z0)/3, mutual = (Z0 − Z1)/3.
 */
export interface Impedance {
  readonly selfOhm: number;
  readonly selfReactanceOhm: number;
  readonly mutualOhm: number;
  readonly mutualReactanceOhm: number;
}

/** A branch between two buses: a piece of cable, or the transformer with the grid behind it. */
export interface Branch {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly impedance: Impedance;
  /** What each phase may carry in A; left out when it is not known. */
  readonly ratingA?: number;
}

/** A home's connection, to one phase against neutral. */
export interface Connection {
  readonly name: string;
  readonly bus: string;
  readonly phase: 1 | 2 | 3;
  /** Cosine of the angle between voltage and current, lagging: 0 to 1. */
  readonly powerFactor: number;
}

/** Reactive power of a connection, of its active. */
export function laggingShare({ powerFactor }: Pick<Connection, "powerFactor">): number {
  return Math.tan(Math.acos(powerFactor));
}

/** A radial low-voltage feeder as it is described. */
export interface FeederPlan {
  readonly source: string;
  /** Between a phase and neutral, with nothing connected, in V. */
  readonly sourceVoltageV: number;
  /** What voltages are compared with, in V: 230 in Europe. */
  readonly nominalVoltageV: number;
  /** What the transformer may pass, in VA; `null` when it is not known. */
  readonly transformerVA: number | null;
  readonly branches: readonly Branch[];
  readonly connections: readonly Connection[];
}

/** A radial feeder with its buses in an order in which each comes after the one it hangs on. */
export interface Feeder extends Omit<FeederPlan, "branches"> {
  /** The source first. */
  readonly buses: readonly string[];
  /** The bus towards the source, by bus; −1 for the source. */
  readonly parents: Int32Array;
  /** The branch towards the source, by bus; the source's is never looked at. */
  readonly branches: readonly Branch[];
  /** The bus of each connection. */
  readonly connectionBuses: Int32Array;
}

/** The impedance of a branch whose positive and zero sequence are known, as R1, X1, R0, X0 in ohm. */
export function fromSequences(r1: number, x1: number, r0: number, x0: number): Impedance {
  return {
    selfOhm: (2 * r1 + r0) / 3,
    selfReactanceOhm: (2 * x1 + x0) / 3,
    mutualOhm: (r0 - r1) / 3,
    mutualReactanceOhm: (x0 - x1) / 3,
  };
}

/** An impedance that is so many times as large, as of so many metres. */
export function times(impedance: Impedance, factor: number): Impedance {
  return {
    selfOhm: impedance.selfOhm * factor,
    selfReactanceOhm: impedance.selfReactanceOhm * factor,
    mutualOhm: impedance.mutualOhm * factor,
    mutualReactanceOhm: impedance.mutualReactanceOhm * factor,
  };
}

/** Two impedances one after the other. */
export function inSeries(a: Impedance, b: Impedance): Impedance {
  return {
    selfOhm: a.selfOhm + b.selfOhm,
    selfReactanceOhm: a.selfReactanceOhm + b.selfReactanceOhm,
    mutualOhm: a.mutualOhm + b.mutualOhm,
    mutualReactanceOhm: a.mutualReactanceOhm + b.mutualReactanceOhm,
  };
}

/**
 * Puts the buses of a feeder in order, walking from the source along its branches in whichever direction they
 * are written.
 * @throws CommonwattError `GRID_NOT_RADIAL` when two ways lead to a bus, `GRID_NOT_CONNECTED` when none does.
 */
export function radialFeeder(plan: FeederPlan): Feeder {
  const neighbours = new Map<string, { readonly bus: string; readonly branch: Branch }[]>();
  const join = (from: string, bus: string, branch: Branch): void => {
    const list = neighbours.get(from) ?? [];
    list.push({ bus, branch });
    neighbours.set(from, list);
  };
  for (const branch of plan.branches) {
    join(branch.from, branch.to, branch);
    join(branch.to, branch.from, branch);
  }
  const buses = [plan.source];
  const places = new Map([[plan.source, 0]]);
  const parents = [-1];
  const branches = plan.branches.slice(0, 1);
  for (let at = 0; at < buses.length; at++) {
    for (const { bus, branch } of neighbours.get(buses[at] as string) ?? []) {
      if (at > 0 && branch === branches[at]) continue;
      if (places.has(bus)) {
        throw gridError("GRID_NOT_RADIAL", `two ways lead to bus ${bus}: ${branch.name} closes a loop`, bus);
      }
      places.set(bus, buses.length);
      parents.push(at);
      branches.push(branch);
      buses.push(bus);
    }
  }
  const placeOf = (bus: string, what: string): number => {
    const place = places.get(bus);
    if (place === undefined) {
      throw gridError("GRID_NOT_CONNECTED", `no branch leads from the source to bus ${bus} of ${what}`, bus);
    }
    return place;
  };
  for (const { from, name } of plan.branches) placeOf(from, name);
  const connectionBuses = Int32Array.from(plan.connections, ({ bus, name }) => placeOf(bus, name));
  return { ...plan, buses, parents: Int32Array.from(parents), branches, connectionBuses };
}

function gridError(code: "GRID_NOT_RADIAL" | "GRID_NOT_CONNECTED", message: string, bus: string): Error {
  return new CommonwattError(code, message, { details: { bus } });
}
