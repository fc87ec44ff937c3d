import type { LinearSolver } from "../linear-program/linear-program.ts";
import type { BookOrder } from "../mechanisms/mechanism.ts";
import { optimalFlow } from "../network/optimal-flow.ts";
import type { RadialNetwork } from "../network/radial-network.ts";

/**
 * The best welfare that a network allows, in nano, after grid fees: a float as the linear program has it, and
 * an upper bound for any trades in whole Wh. Without losses it is reached by whole Wh.
 */
export function networkOptimum(
  orders: readonly BookOrder[],
  network: RadialNetwork,
  solver: LinearSolver,
): number {
  return optimalFlow(orders, network, solver).welfare;
}
