import type { Account, Hex, RailSite, SignedMeterReading } from "@commonwatt/vpp-core";
import type { FinalReader } from "../chain/final-reader.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { CancelledGroup, RegistryReader } from "../chain/registry-reader.ts";
import { meterKeyOf, meterPointOf, type SiteVersion, siteKey } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { readAgainFrom } from "./read-again.ts";

/** What the register says of our sites and their accounts, as far as it is known. */
export interface Register {
  /** Whether a reading's meter spoke for its site when it was taken: a batch with another could be taken back. */
  speaks(reading: SignedMeterReading): boolean;
  /** What is registered of a site at a time in seconds; `null` before there was anything. */
  siteAt(siteId: string, time: number): SiteVersion | null;
  /** The groups of orders that whoever owns or owned one of our sites cancelled, each once. */
  cancelledGroups(): readonly CancelledGroup[];
  /** Looks the register up now, unless the chain is as it was the last time. @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`, `CHAIN_NO_FINALITY`. */
  refresh(): Promise<void>;
}

/** What is needed to look the register up. */
export interface RegisterContext extends Pick<EscrowLink, "patience"> {
  readonly final: Pick<FinalReader, "block">;
  readonly registry: Pick<RegistryReader, "head" | "changes" | "meterRevokedAt" | "versions">;
  readonly deployment: Pick<Deployment, "block">;
  readonly sites: readonly Pick<RailSite, "id" | "account">[];
}

/**
 * Looks the register through, and from then on for what is new in it. Anybody can cancel groups and revoke meters of
 * their own there: only what concerns our sites is kept and asked about.
 */
export async function followRegister(context: RegisterContext): Promise<Register> {
  const { registry, final, deployment, sites, patience } = context;
  const revokedAt = new Map<Hex, number>();
  const versions = new Map<string, readonly SiteVersion[]>();
  const groups = new Map<string, CancelledGroup>();
  /** All that our sites ever had: orders of a former owner can still be open. */
  const owners = new Set<Account>(sites.map(({ account }) => account));
  const meters = new Set<Hex>();
  let next = deployment.block;
  let seen: Hex | null = null;
  const read = async (siteId: string): Promise<void> => {
    const found = await registry.versions(siteId);
    for (const { owner, meterKey } of found) {
      owners.add(owner);
      const point = meterPointOf(meterKey);
      if (point !== null) meters.add(keccak256(point));
    }
    versions.set(siteId, found);
  };
  const look = async (): Promise<void> => {
    const head = await registry.head();
    if (head.hash === seen) return;
    const stays = await final.block();
    const { siteKeys, revokedMeters, cancelledGroups } = await registry.changes(next, head.number);
    const changed = new Set(siteKeys);
    for (const { id } of sites) if (changed.has(siteKey(id)) || !versions.has(id)) await read(id);
    for (const hash of revokedMeters) {
      if (meters.has(hash)) revokedAt.set(hash, await registry.meterRevokedAt(hash));
    }
    for (const one of cancelledGroups) {
      if (owners.has(one.account)) groups.set(`${one.account}:${one.group}`, one);
    }
    next = readAgainFrom(deployment, stays, head);
    seen = head.hash;
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
