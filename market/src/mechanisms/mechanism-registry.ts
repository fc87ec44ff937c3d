import assert from "node:assert/strict";
import type { Mechanism } from "./mechanism.ts";
import { uniformPrice } from "./uniform-price.ts";

/** Every mechanism by its name. A new one has its line here, and the property suite runs over it. */
export const MECHANISMS: Readonly<Record<string, (kPerMille?: number) => Mechanism>> = {
  "uniform-price": uniformPrice,
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
