import type { RegisterMapProfile } from "../src/profile-device/profile.ts";
import { PROFILES } from "../src/profiles/profiles.ts";

/** The profiles of devices with registers of their own. */
export const REGISTER_MAPS: readonly RegisterMapProfile[] = PROFILES.filter(
  (profile) => profile.kind === "registers",
);

/** One of them by its name; fails when there is none. */
export function registerMap(name: string): RegisterMapProfile {
  const found = REGISTER_MAPS.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`there is no register map ${name}`);
  return found;
}
