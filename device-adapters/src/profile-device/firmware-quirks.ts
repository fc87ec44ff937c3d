import type { RegisterMapProfile, RegisterProfile } from "./profile.ts";

/** The profile as it holds for one firmware; a firmware that is not known has no quirks. */
export function withQuirks(profile: RegisterMapProfile, firmware: string | null): RegisterMapProfile {
  if (firmware === null) return profile;
  const registers: Record<string, RegisterProfile> = { ...profile.registers };
  for (const { from, before, registers: changes } of profile.firmwareQuirks ?? []) {
    if (from !== undefined && compareVersions(firmware, from) < 0) continue;
    if (before !== undefined && compareVersions(firmware, before) >= 0) continue;
    for (const [name, change] of Object.entries(changes)) {
      const register = registers[name];
      if (register !== undefined) registers[name] = { ...register, ...change };
    }
  }
  return { ...profile, registers };
}

/** Compares versions number by number: `1.10` comes after `1.9`. What is no number only parts them. */
export function compareVersions(left: string, right: string): number {
  const numbers = (version: string): number[] => (version.match(/\d+/g) ?? []).map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
