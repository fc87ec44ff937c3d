import { domainSeparator } from "@commonwatt/market";
import {
  type DeliveryInterval,
  type SignedMeterReading,
  type SigningDomain,
  type SiteId,
  siteId,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import type { MeteredEnergy } from "../accounting/site-statement.ts";
import { keccakHexes } from "../hash/keccak.ts";
import {
  type MeteredInterval,
  type MeteringFault,
  meterInterval,
  readingsBySite,
  type SignatureTrust,
  soundReadings,
} from "../metering/meter-interval.ts";
import { type ArchivedAccount, partyOf } from "./batch-archive.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { type ArchivedReading, hashesOfSite, meterKeyHashOf } from "./metered-rows.ts";
import type { PositionLeaf } from "./position-leaf.ts";

/** What a position's leaf says of its site and meter. */
export type Metering = Omit<PositionLeaf, "account" | "soldWh" | "boughtWh" | "creditNano" | "debitNano">;

/** A site whose meter says nothing sound about an interval; it counts with zero. */
export interface UnmeteredSite {
  readonly siteId: SiteId;
  readonly code: MeteringFault;
}

/** What the meters of a community say about an interval. */
export interface MeteredAccounts {
  /** Sound readings only, by account, time and sequence. */
  readonly readings: readonly ArchivedReading[];
  /** For each account. */
  readonly metering: readonly Metering[];
  readonly energies: ReadonlyMap<SiteId, MeteredEnergy>;
  readonly unmetered: readonly UnmeteredSite[];
}

const UNMETERED: Omit<Metering, "siteId"> = {
  ...{ isMetered: false, startReading: 0, endReading: 0 },
  ...{ startImportWh: 0, startExportWh: 0, endImportWh: 0, endExportWh: 0 },
};

/** What was read in an interval, and by whose meters, for which community before which court. */
export interface ReadInterval {
  readonly interval: DeliveryInterval;
  readonly community: string;
  readonly domain: SigningDomain;
  readonly accounts: readonly ArchivedAccount[];
  readonly readings: readonly SignedMeterReading[];
}

const NOTHING: MeteredEnergy = { importWh: wattHours(0), exportWh: wattHours(0) };

/** Takes what is sound of the readings, and the registers of each account at the boundaries of an interval. */
export function meterAccounts(read: ReadInterval, signatures: SignatureTrust): MeteredAccounts {
  const { interval, accounts } = read;
  const domain = domainSeparator(read);
  const bySite = readingsBySite(read.readings);
  const readings: SoundReading[] = [];
  const metering: Metering[] = [];
  const energies = new Map<SiteId, MeteredEnergy>();
  const unmetered: UnmeteredSite[] = [];
  for (const [accountIndex, account] of accounts.entries()) {
    if (account.siteId === null) {
      metering.push({ ...UNMETERED, siteId: ZERO_HASH });
      energies.set(partyOf(account), NOTHING);
      continue;
    }
    const site = siteId(account.siteId);
    const sound = soundOf(account, domain, bySite.get(site) ?? [], signatures);
    const said = meterInterval(interval, sound);
    const hashes = hashesOfSite(site);
    metering.push({ siteId: hashes.siteId, ...meteringOf(said, readings.length) });
    energies.set(site, energyOf(said));
    if (said.status === "unmetered") unmetered.push({ siteId: site, code: said.code });
    for (const reading of sound.readings) readings.push({ accountIndex, hashes, reading });
  }
  return { readings: archivedReadings(readings), metering, energies, unmetered };
}

function soundOf(
  { meterKey, importMaxW, exportMaxW }: ArchivedAccount,
  domain: Uint8Array,
  readings: readonly SignedMeterReading[],
  signatures: SignatureTrust,
) {
  if (meterKey === null) return { readings: [], fault: null };
  const limits = { importPowerMaxW: watts(importMaxW ?? 0), exportPowerMaxW: watts(exportMaxW ?? 0) };
  return soundReadings({ meterKey, limits, domain }, readings, signatures);
}

function meteringOf(said: MeteredInterval, firstReading: number): Omit<Metering, "siteId"> {
  if (said.status === "unmetered") return UNMETERED;
  return {
    isMetered: true,
    startReading: firstReading + said.startReading,
    endReading: firstReading + said.endReading,
    startImportWh: said.start.importWh,
    startExportWh: said.start.exportWh,
    endImportWh: said.end.importWh,
    endExportWh: said.end.exportWh,
  };
}

function energyOf(said: MeteredInterval): MeteredEnergy {
  if (said.status === "unmetered") return NOTHING;
  return {
    importWh: wattHours(said.end.importWh - said.start.importWh),
    exportWh: wattHours(said.end.exportWh - said.start.exportWh),
  };
}

/** A reading that counts, with the account of its site and the hashes of the site's name. */
interface SoundReading {
  readonly accountIndex: number;
  readonly hashes: Pick<ArchivedReading["leaf"], "siteId" | "siteHash">;
  readonly reading: SignedMeterReading;
}

function archivedReadings(sound: readonly SoundReading[]): readonly ArchivedReading[] {
  const signatureHashes = keccakHexes(sound.map(({ reading }) => reading.signature));
  return sound.map(({ accountIndex, hashes, reading }, index) => {
    const { sequence, takenAtMs, importWh, exportWh, meterKey, signature } = reading;
    const leaf = {
      accountIndex,
      exportWh,
      importWh,
      meterKeyHash: meterKeyHashOf(meterKey),
      sequence,
      signatureHash: signatureHashes[index] ?? ZERO_HASH,
      siteHash: hashes.siteHash,
      siteId: hashes.siteId,
      takenAtMs,
    };
    return { leaf, meterKey, signature };
  });
}
