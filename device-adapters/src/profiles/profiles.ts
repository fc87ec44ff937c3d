import { CommonwattError } from "@commonwatt/vpp-core";
import { checkProfile } from "../profile-device/check-profile.ts";
import type { DeviceProfile } from "../profile-device/profile.ts";
import { carloGavazziEm24 } from "./carlo-gavazzi-em24.ts";
import { deye3Phase } from "./deye-3-phase.ts";
import { deye3PhaseHv } from "./deye-3-phase-hv.ts";
import { eastronSdm630 } from "./eastron-sdm630.ts";
import { froniusGen24 } from "./fronius-gen24.ts";
import { genericSunSpec } from "./generic-sunspec.ts";
import { goodweEt } from "./goodwe-et.ts";
import { growattVpp } from "./growatt-vpp.ts";
import { huaweiSun2000 } from "./huawei-sun2000.ts";
import { kostalPlenticore } from "./kostal-plenticore.ts";
import { smaHybrid } from "./sma-hybrid.ts";
import { solaredgeStoredge } from "./solaredge-storedge.ts";
import { sungrowSh } from "./sungrow-sh.ts";
import { victronGx } from "./victron-gx.ts";

/** Every device that is known as data. A new one is one line here. */
export const PROFILES: readonly DeviceProfile[] = [
  genericSunSpec,
  carloGavazziEm24,
  deye3Phase,
  deye3PhaseHv,
  eastronSdm630,
  froniusGen24,
  goodweEt,
  growattVpp,
  huaweiSun2000,
  kostalPlenticore,
  smaHybrid,
  solaredgeStoredge,
  sungrowSh,
  victronGx,
];

/**
 * The profile of that name, checked.
 * @throws CommonwattError `PROFILE_UNKNOWN`, or `PROFILE_INVALID`.
 */
export function profileByName(name: string): DeviceProfile {
  const profile = PROFILES.find((candidate) => candidate.name === name);
  if (profile !== undefined) return checkProfile(profile);
  const known = PROFILES.map((candidate) => candidate.name).join(", ");
  throw new CommonwattError("PROFILE_UNKNOWN", `there is no profile "${name}"; known are ${known}`, {
    details: { profile: name },
  });
}
