import { type Feeder, type Impedance, inSeries } from "./feeder.ts";

/** A feeder without the buses that only pass current on. */
export interface ReducedFeeder {
  /** Which bus of the feeder each node is; the source first, each node after the one it hangs on. */
  readonly buses: Int32Array;
  /** The node towards the source, by node; −1 for the source. */
  readonly parents: Int32Array;
  /** All that lies between a node and its parent, by node. */
  readonly impedances: readonly Impedance[];
  /** The node of each connection. */
  readonly connectionNodes: Int32Array;
  /** By bus: the node whose current its branch carries, or −1 when no home follows and it carries none. */
  readonly carriedNodes: Int32Array;
}

/** No impedance at all. */
export const NOTHING: Impedance = { selfOhm: 0, selfReactanceOhm: 0, mutualOhm: 0, mutualReactanceOhm: 0 };

/**
 * Leaves out every bus where nothing is connected and nothing branches off: its branches carry one current, so
 * they are one branch. The voltages at the other buses stay exactly what they were.
 */
export function reduceFeeder(feeder: Feeder): ReducedFeeder {
  const { parents, branches, connectionBuses } = feeder;
  const isNode = nodesOf(feeder);
  const nodeAt = new Int32Array(parents.length).fill(-1);
  const buses: number[] = [];
  const nodeParents: number[] = [];
  const impedances: Impedance[] = [];
  for (let bus = 0; bus < parents.length; bus++) {
    if (isNode[bus] !== 1) continue;
    let impedance = bus === 0 ? NOTHING : (branches[bus]?.impedance ?? NOTHING);
    let parent = parents[bus] as number;
    while (parent >= 0 && isNode[parent] !== 1) {
      impedance = inSeries(impedance, branches[parent]?.impedance ?? NOTHING);
      parent = parents[parent] as number;
    }
    nodeAt[bus] = buses.length;
    buses.push(bus);
    nodeParents.push(parent < 0 ? -1 : (nodeAt[parent] as number));
    impedances.push(impedance);
  }
  return {
    buses: Int32Array.from(buses),
    parents: Int32Array.from(nodeParents),
    impedances,
    connectionNodes: connectionBuses.map((bus) => nodeAt[bus] as number),
    carriedNodes: nodesBelow(parents, nodeAt),
  };
}

/** Marks the source, the buses of homes, and those from which more than one way leads to homes. */
function nodesOf({ parents, connectionBuses }: Feeder): Uint8Array {
  const count = parents.length;
  const isNode = new Uint8Array(count);
  const waysToHomes = new Int32Array(count);
  isNode[0] = 1;
  for (const bus of connectionBuses) isNode[bus] = 1;
  for (let bus = count - 1; bus > 0; bus--) {
    if ((waysToHomes[bus] as number) > 1) isNode[bus] = 1;
    if (isNode[bus] !== 1 && waysToHomes[bus] === 0) continue;
    const parent = parents[bus] as number;
    waysToHomes[parent] = (waysToHomes[parent] as number) + 1;
  }
  return isNode;
}

/** For each bus itself when it is a node, else the next node away from the source; −1 where none follows. */
function nodesBelow(parents: Int32Array, nodeAt: Int32Array): Int32Array {
  const nodes = nodeAt.slice();
  for (let bus = parents.length - 1; bus > 0; bus--) {
    const parent = parents[bus] as number;
    if (nodes[bus] !== -1 && nodeAt[parent] === -1) nodes[parent] = nodes[bus] as number;
  }
  return nodes;
}
