import type { DeviceProtocol, SiteId } from "@commonwatt/vpp-core";
import type { HomeModel } from "../models/home-plant.ts";

/** A home with PV and a battery behind one inverter, or one that only consumes. */
export type HomeKind = "hybrid" | "consumer";

/** One home of a street: its physics, and the wire its devices are reached by. */
export interface StreetHome extends HomeModel {
  readonly id: SiteId;
  readonly kind: HomeKind;
  readonly protocol: DeviceProtocol;
}

/** Homes on one feeder under one sky. Plain data that a seed decides entirely. */
export interface Street {
  readonly seed: number;
  readonly homes: readonly StreetHome[];
}

/** The most homes a street may have. */
export const STREET_HOMES_MAX = 200;
