import assert from "node:assert/strict";
import { billSharing } from "./bill-sharing.ts";
import { huang } from "./huang.ts";
import { linearRatio } from "./linear-ratio.ts";
import { mcAfee } from "./mcafee.ts";
import type { Mechanism } from "./mechanism.ts";
import { midMarketRate } from "./mid-market-rate.ts";
import { mudaLottery, mudaVickrey } from "./muda.ts";
import { networkConstrained } from "./network-constrained.ts";
import { payAsBid } from "./pay-as-bid.ts";
import { randomBilateral } from "./random-bilateral.ts";
import { sbba } from "./sbba.ts";
import { supplyDemandRatio } from "./supply-demand-ratio.ts";
import { tradeReduction } from "./trade-reduction.ts";
import { uniformPrice } from "./uniform-price.ts";
import { vcg } from "./vcg.ts";

/** Every mechanism by its name. A new one has its line here, and the property suite runs over it. */
export const MECHANISMS: Readonly<Record<string, (kPerMille?: number) => Mechanism>> = {
  "uniform-price": uniformPrice,
  "pay-as-bid": payAsBid,
  "trade-reduction": tradeReduction,
  mcafee: mcAfee,
  sbba,
  "muda-lottery": mudaLottery,
  "muda-vickrey": mudaVickrey,
  vcg,
  huang,
  "random-bilateral": randomBilateral,
  "mid-market-rate": midMarketRate,
  "supply-demand-ratio": supplyDemandRatio,
  "linear-ratio": linearRatio,
  "bill-sharing": billSharing,
  "network-constrained": networkConstrained,
};

/** Which mechanism clears a market, as plain data that a journal can keep. */
export interface MechanismSpec {
  /** One of the names in {@link MECHANISMS}. */
  readonly name: string;
  /** Its k in thousandths, where the rule has one. */
  readonly kPerMille?: number;
}

/**
 * Makes the mechanism that a spec names. Throws an AssertionError when there is none of that name, when its
 * k is out of range, or when it takes none and the spec has one.
 */
export function mechanismOf(spec: MechanismSpec): Mechanism {
  const names = Object.keys(MECHANISMS);
  assert(names.includes(spec.name), `no mechanism is called ${spec.name}; there are ${names.join(", ")}`);
  const mechanism = MECHANISMS[spec.name]?.(spec.kPerMille);
  assert(mechanism?.name === spec.name, `the mechanism ${spec.name} goes by another name`);
  assert(
    mechanism.kPerMille !== null || spec.kPerMille === undefined,
    `the mechanism ${spec.name} takes no k, got ${spec.kPerMille}`,
  );
  return mechanism;
}
