import { isCommonwattError } from "@commonwatt/vpp-core";
import type { DeviceProfile, ProbeRule, RegisterMapProfile } from "../profile-device/profile.ts";
import { decodeRaw, decodeRegisterText, registersOf } from "../profile-device/register-codec.ts";
import { PROFILES } from "../profiles/profiles.ts";
import type { Decoded } from "../sunspec/point-codec.ts";
import type { FoundIdentity } from "./find.ts";
import type { UnitProbe } from "./unit-probe.ts";

/** Every profile with registers of its own. */
export const REGISTER_PROFILES: readonly RegisterMapProfile[] = PROFILES.filter(
  (profile: DeviceProfile) => profile.kind === "registers",
);

/** Whether every register of a profile's probe reads as it says. A profile without a probe never matches. */
export async function matches(probe: UnitProbe, profile: RegisterMapProfile): Promise<boolean> {
  for (const rule of profile.probe ?? []) {
    if (!holds(rule, await readValue(probe, profile, rule.register))) return false;
  }
  return profile.probe !== undefined;
}

function holds({ startsWith, between }: ProbeRule, decoded: Decoded<number | string> | null): boolean {
  if (decoded?.status !== "good") return false;
  if (startsWith !== undefined) return String(decoded.value).startsWith(startsWith);
  if (between === undefined) return true;
  return between[0] <= Number(decoded.value) && Number(decoded.value) <= between[1];
}

/** Whether the unit answers the register by which a profile's driver knows that somebody is there. */
export async function mayBe(probe: UnitProbe, profile: RegisterMapProfile): Promise<boolean> {
  const { serialNumber, model, firmware } = profile.identity;
  const [point] = Object.values(profile.points).flatMap(({ add = [] }) => add);
  const name = serialNumber ?? model ?? firmware ?? point;
  return name !== undefined && (await readValue(probe, profile, name)) !== null;
}

/** What a device of a profile says it is. */
export async function identityOf(probe: UnitProbe, profile: RegisterMapProfile): Promise<FoundIdentity> {
  const said = async (name: string | undefined): Promise<string | null> => {
    const decoded = name === undefined ? null : await readValue(probe, profile, name);
    return decoded?.status === "good" ? String(decoded.value) : null;
  };
  const { serialNumber, model, firmware } = profile.identity;
  return {
    manufacturer: profile.vendor,
    model: (await said(model)) ?? profile.model,
    serialNumber: await said(serialNumber),
    firmware: await said(firmware),
  };
}

/** A register, unscaled; `null` when the unit does not give it. */
async function readValue(
  probe: UnitProbe,
  { registers, wire }: RegisterMapProfile,
  name: string,
): Promise<Decoded<number | string> | null> {
  const register = registers[name];
  if (register === undefined || register.unitName !== undefined) return null;
  try {
    const bytes = await probe.read(register.address, registersOf(register), register.table, wire.gapMs);
    return register.type === "string"
      ? decodeRegisterText(bytes)
      : decodeRaw(register, bytes, wire.wordOrder);
  } catch (error) {
    if (isCommonwattError(error)) return null;
    throw error;
  }
}
