import { combine } from "../sunspec/measure.ts";
import type { Decoded } from "../sunspec/point-codec.ts";
import type { BatteryProfile, RegisterMapProfile } from "./profile.ts";
import { type ConfiguredValues, type ProfileValues, registersOfPoints } from "./profile-values.ts";

/** A limit as it holds now, in watts. */
export interface ProfileLimit {
  readonly power: Decoded<number>;
  /** Why it is 0 just now; `null` when it is what the device says. */
  readonly why: string | null;
}

/** What a battery takes and gives now. */
export interface ProfileLimits {
  readonly charge: ProfileLimit;
  readonly discharge: ProfileLimit;
}

const NOTHING: Decoded<number> = { status: "good", value: 0 };

/** The registers that limits are worked out from. */
export function registersOfLimits(profile: RegisterMapProfile, battery: BatteryProfile): readonly string[] {
  const { charge, discharge } = battery.limits;
  return [
    ...registersOfPoints(profile, [charge, discharge, "storedEnergyWh", "batteryCapacityWh"]),
    ...(battery.requires ?? []).map(({ register }) => register),
  ];
}

/** Why the device does not let us command it, as a sentence; `null` when it does. */
export function hindranceIn(battery: BatteryProfile, values: ProfileValues): string | null {
  for (const { register, equals, why } of battery.requires ?? []) {
    const found = values.raw(register);
    if (found.status !== "good") return `${register}: ${found.reason}`;
    if (found.value !== equals) return `${register} reads ${found.value}, not ${equals}: ${why}`;
  }
  return null;
}

/** What the battery takes and gives now: as it says and the configuration allows, and as it is filled. */
export function limitsNow(
  profile: RegisterMapProfile,
  battery: BatteryProfile,
  values: ProfileValues,
  configured: ConfiguredValues,
): ProfileLimits {
  const hindrance = hindranceIn(battery, values);
  const share = storedShare(profile, values);
  const limit = (
    said: Decoded<number>,
    configuredW: number | undefined,
    stop: string | null,
  ): ProfileLimit => {
    if (said.status !== "good") return { power: said, why: null };
    const why = hindrance ?? stop;
    if (why !== null) return { power: NOTHING, why };
    const value = Math.max(0, Math.min(said.value, configuredW ?? said.value));
    return { power: { status: "good", value }, why: null };
  };
  const { charge, discharge } = battery.limits;
  const isFull = share.status === "good" && share.value >= 1;
  const isEmpty = share.status === "good" && share.value <= 0;
  return {
    charge: limit(values.point(charge), configured.chargePowerMaxW, isFull ? "the battery is full" : null),
    discharge: limit(
      values.point(discharge),
      configured.dischargePowerMaxW,
      isEmpty ? "the battery is empty" : null,
    ),
  };
}

/** How full the battery is, from 0 to 1: its percentage needs no capacity. */
function storedShare(profile: RegisterMapProfile, values: ProfileValues): Decoded<number> {
  const register = profile.points.storedEnergyWh?.percent?.register;
  if (register !== undefined) return combine([values.value(register)], (percent = 0) => percent / 100);
  return combine(
    [values.point("storedEnergyWh"), values.point("batteryCapacityWh")],
    (storedWh = 0, capacityWh = 0) => (capacityWh > 0 ? storedWh / capacityWh : 0.5),
  );
}
