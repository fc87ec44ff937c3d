import type { DeviceProtocol, SiteId } from "@commonwatt/vpp-core";
import type { HomeModel } from "../models/home-plant.ts";
import type { RecordedHome } from "../models/recorded-home.ts";

/** A home with PV and a battery behind one inverter, or one that only consumes. */
export type HomeKind = "hybrid" | "consumer";

/** Which home it is, and the wire its devices are reached by. */
interface HomeWire {
  readonly id: SiteId;
  readonly kind: HomeKind;
  readonly protocol: DeviceProtocol;
}

/** One home of a street: its physics, and the wire its devices are reached by. */
export interface StreetHome extends HomeModel, HomeWire {}

/** A home whose hardware is emulated, its sun and household modelled or given. */
export type EmulatedHome = StreetHome | (RecordedHome & HomeWire);

/** Homes whose hardware is emulated. */
export interface EmulatedStreet {
  readonly seed: number;
  readonly homes: readonly EmulatedHome[];
}

/** Homes on one feeder under one sky. Plain data that a seed decides entirely. */
export interface Street extends EmulatedStreet {
  readonly homes: readonly StreetHome[];
}

/** The most homes a street may have. */
export const STREET_HOMES_MAX = 200;
