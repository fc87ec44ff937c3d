import type { FirmwareQuirk, RegisterMapProfile, RegisterProfile } from "./profile.ts";

/** The profile as it holds for one firmware. Not knowing it, nobody knows what its quirks are about. */
export function withQuirks(profile: RegisterMapProfile, firmware: string | null): RegisterMapProfile {
  const registers: Record<string, RegisterProfile> = { ...profile.registers };
  for (const quirk of profile.firmwareQuirks ?? []) {
    if (firmware !== null && !holdsFor(quirk, firmware)) continue;
    const unknownBecause = `${quirk.why}: name the firmware in the configuration`;
    for (const [name, change] of Object.entries(quirk.registers)) {
      const register = registers[name];
      if (register === undefined) continue;
      registers[name] = firmware === null ? { ...register, unknownBecause } : { ...register, ...change };
    }
  }
  return { ...profile, registers };
}

function holdsFor({ from, before }: FirmwareQuirk, firmware: string): boolean {
  const isOldEnough = before === undefined || compareVersions(firmware, before) < 0;
  return isOldEnough && (from === undefined || compareVersions(firmware, from) >= 0);
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
