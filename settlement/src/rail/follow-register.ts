import type { Hex, RailSite, SignedMeterReading } from "@commonwatt/vpp-core";
import type { Deployment } from "../chain/manifest.ts";
import type { CancelledGroup, RegistryReader } from "../chain/registry-reader.ts";
import { meterKeyOf, type SiteVersion, siteKey } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { EscrowLink } from "./escrow-link.ts";

/** Blocks that are read again each time: an event may have moved to another block. */
const READ_AGAIN_BLOCKS = 64;

/** What the register says of our sites and their accounts, as far as it is known. */
export interface Register {
  /** Whether a reading's meter spoke for its site when it was taken: a batch with another could be taken back. */
  speaks(reading: SignedMeterReading): boolean;
  /** What is registered of a site at a time in seconds; `null` before there was anything. */
  siteAt(siteId: string, time: number): SiteVersion | null;
  /** The groups of orders that accounts cancelled, each once. */
  cancelledGroups(): readonly CancelledGroup[];
  /** Looks the register up now. @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`. */
  refresh(): Promise<void>;
}

/** What is needed to look the register up. */
export interface RegisterContext extends Pick<EscrowLink, "patience"> {
  readonly registry: Pick<RegistryReader, "changesSince" | "meterRevokedAt" | "versions">;
  readonly deployment: Pick<Deployment, "block">;
  readonly sites: readonly Pick<RailSite, "id">[];
}

/** Looks the register through, and from then on for what is new in it. */
export async function followRegister(context: RegisterContext): Promise<Register> {
  const { registry, deployment, sites, patience } = context;
  const revokedAt = new Map<Hex, number>();
  const versions = new Map<string, readonly SiteVersion[]>();
  const groups = new Map<string, CancelledGroup>();
  let next = deployment.block;
  const look = async (): Promise<void> => {
    const { siteKeys, revokedMeters, cancelledGroups, upTo } = await registry.changesSince(next);
    for (const hash of revokedMeters) revokedAt.set(hash, await registry.meterRevokedAt(hash));
    for (const one of cancelledGroups) groups.set(`${one.account}:${one.group}`, one);
    const changed = new Set(siteKeys);
    for (const { id } of sites) {
      if (changed.has(siteKey(id)) || !versions.has(id)) versions.set(id, await registry.versions(id));
    }
    next = Math.max(deployment.block, upTo - READ_AGAIN_BLOCKS);
  };
  await patience.until(look);
  const siteAt = (siteId: string, time: number): SiteVersion | null =>
    versions.get(siteId)?.findLast(({ since }) => since <= time) ?? null;
  return {
    siteAt,
    speaks({ siteId, meterKey, takenAtMs }) {
      const takenAt = Math.floor(takenAtMs / 1_000);
      const version = siteAt(siteId, takenAt);
      const { x, y } = meterKeyOf(meterKey);
      if (version?.meterKey.x !== x || version.meterKey.y !== y) return false;
      const since = revokedAt.size === 0 ? 0 : (revokedAt.get(keccak256(meterKey)) ?? 0);
      return since === 0 || takenAt <= since;
    },
    cancelledGroups: () => [...groups.values()],
    refresh: look,
  };
}
