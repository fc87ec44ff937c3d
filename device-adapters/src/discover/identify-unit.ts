import { type Clock, isCommonwattError } from "@commonwatt/vpp-core";
import type { RegisterMapProfile } from "../profile-device/profile.ts";
import { type LogicalDevice, listLogicalDevices } from "../sunspec/device-map.ts";
import type { ProfileFind, SunSpecFind, UnknownFind } from "./find.ts";
import { identityOf, matches, mayBe, REGISTER_PROFILES } from "./profile-match.ts";
import type { ScanProtocol } from "./scan-places.ts";
import type { UnitProbe } from "./unit-probe.ts";

/** Behind a SolarEdge, meters count what goes to the grid as positive. */
const EXPORT_IS_POSITIVE = /^SolarEdge/i;

/** A find before it is known at which other units the same device answers. */
export type UnitFind = SunSpecFind | ProfileFind | UnknownFind;

/** Where a unit is. */
export interface UnitPlace {
  readonly host: string;
  readonly port: number;
  readonly protocol: Exclude<ScanProtocol, "opcua">;
}

/**
 * Finds out what answers at a unit: its SunSpec map, else the profile whose probe it passes, else the profiles
 * whose registers it answers. Nothing when nobody answers.
 */
export async function identifyUnit(
  probe: UnitProbe,
  place: UnitPlace,
  clock: Clock,
): Promise<readonly UnitFind[]> {
  const head = { ...place, unit: probe.unit, alsoUnits: [] };
  const { devices, problem } = await sunSpecDevices(probe, clock);
  if (devices.length > 0) {
    const alternatives = await alternativesFor(probe, devices);
    return devices.map((device) => sunSpecFind(head, device, devices, alternatives));
  }
  if (!probe.answers) return [];
  for (const profile of REGISTER_PROFILES.filter(({ probe: rules }) => rules !== undefined)) {
    if (!(await matches(probe, profile))) continue;
    const identity = await identityOf(probe, profile);
    const { name, capabilities } = profile;
    return [{ kind: "profile", ...head, ...identity, profile: name, capabilities, notes: notesOf(profile) }];
  }
  const candidates: string[] = [];
  for (const profile of candidatesAt(probe.unit)) {
    if (await mayBe(probe, profile)) candidates.push(profile.name);
  }
  return [{ kind: "unknown", ...head, candidates, notes: problem === null ? [] : [problem] }];
}

async function sunSpecDevices(
  probe: UnitProbe,
  clock: Clock,
  isAgain = false,
): Promise<{ readonly devices: readonly LogicalDevice[]; readonly problem: string | null }> {
  try {
    const read = (address: number, count: number): Promise<Buffer> => probe.read(address, count);
    return { devices: await listLogicalDevices(read, probe.peer, clock), problem: null };
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    // The first answer of a device may come late; one that answers by now is looked at again.
    if (error.retryable && probe.answers && !isAgain) return sunSpecDevices(probe, clock, true);
    const isThere = error.code.startsWith("SUNSPEC_") && error.code !== "SUNSPEC_NOT_FOUND";
    return { devices: [], problem: isThere ? error.message : null };
  }
}

/** A maker's own registers often say and do more than its SunSpec map. */
async function alternativesFor(
  probe: UnitProbe,
  devices: readonly LogicalDevice[],
): Promise<readonly string[]> {
  const maker = makerOf(devices).toLowerCase();
  const names: string[] = [];
  for (const profile of REGISTER_PROFILES) {
    if (!maker.startsWith(profile.vendor.toLowerCase())) continue;
    const isThere = profile.probe === undefined ? mayBe(probe, profile) : matches(probe, profile);
    if (await isThere) names.push(profile.name);
  }
  return names;
}

function sunSpecFind(
  head: UnitPlace & { readonly unit: number; readonly alsoUnits: readonly number[] },
  { device, identity, models, capabilities }: LogicalDevice,
  devices: readonly LogicalDevice[],
  alternatives: readonly string[],
): SunSpecFind {
  const known = (text: string | null): string | null => (text === "unknown" ? null : text);
  const countsExport = capabilities.has("meter") && EXPORT_IS_POSITIVE.test(makerOf(devices));
  return {
    kind: "sunspec",
    ...head,
    device: devices.length > 1 ? device : null,
    manufacturer: known(identity.manufacturer),
    model: known(identity.model),
    serialNumber: known(identity.serialNumber),
    firmware: identity.firmware,
    models,
    capabilities: [...capabilities],
    meterSign: countsExport ? -1 : 1,
    alternatives,
    notes: [
      ...(capabilities.size === 0 ? ["It has no inverter, storage or meter model: of no use here."] : []),
      ...(countsExport
        ? ["Meters of this maker count export as positive: hence meterSign. Prove it with commission."]
        : []),
      ...alternatives.map((name) => `Its own registers are known, too: profile ${name}.`),
    ],
  };
}

/** Who made the first device of a map: meters behind it name another maker. */
function makerOf(devices: readonly LogicalDevice[]): string {
  return devices[0]?.identity.manufacturer ?? "";
}

/** The profiles of devices that stand at a unit, or of all when none is known to. */
function candidatesAt(unit: number): readonly RegisterMapProfile[] {
  const untold = REGISTER_PROFILES.filter(({ probe }) => probe === undefined);
  const here = untold.filter(({ wire }) => wire.unit === unit);
  return here.length > 0 ? here : untold;
}

/** What a configuration must say that the device does not, and what a person should know. */
function notesOf(profile: RegisterMapProfile): readonly string[] {
  const configured = Object.values(profile.points).flatMap(({ configured: name }) => name ?? []);
  const missing = [...new Set(configured)];
  return [
    ...(missing.length === 0 ? [] : [`The device does not say ${missing.join(", ")}: add what holds.`]),
    ...(profile.notes ?? []),
  ];
}
