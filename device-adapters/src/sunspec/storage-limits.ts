import { type ModelImage, numberAt } from "./model-image.ts";
import type { Decoded } from "./point-codec.ts";

/** The charge power that 100 % of InWRte stands for: 124.WChaMax, in watts. */
export function chargeMaxW(storage: ModelImage): Decoded<number> {
  return numberAt(storage, "WChaMax");
}

/**
 * The discharge power that 100 % of OutWRte stands for, in watts: 120.MaxDisChaRte; 124.WChaMax where the
 * nameplate does not say. (The point that model 124 itself names for this does not exist.)
 */
export function dischargeMaxW(storage: ModelImage, nameplate: ModelImage | null): Decoded<number> {
  const rated: Decoded<number> | null = nameplate === null ? null : numberAt(nameplate, "MaxDisChaRte");
  return rated === null || rated.status === "unavailable" ? chargeMaxW(storage) : rated;
}
