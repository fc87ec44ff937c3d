import type { Account, Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { REGISTRY, readContract } from "./contracts.ts";
import { headBlock, readEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";
import { type SiteVersion, siteKey } from "./site-record.ts";

/** Reads the register of sites. Throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface RegistryReader {
  /** How many versions a site has: 0 for one that was never registered. */
  versionCount(siteId: string): Promise<number>;
  /** The version that was registered last, or `null`. */
  latest(siteId: string): Promise<SiteVersion | null>;
  /** When a meter was revoked, in seconds since the epoch; 0 when it is not. */
  meterRevokedAt(meterKeyHash: Hex): Promise<number>;
  /** Meters that were revoked since a block, and the block up to which was looked. */
  revokedSince(block: number): Promise<{ readonly meterKeyHashes: readonly Hex[]; readonly upTo: number }>;
}

/** Makes a reader of a deployed registry. */
export function registryReader(rpc: JsonRpcProvider, { registry }: Deployment): RegistryReader {
  const read = (name: string, args: readonly unknown[]): Promise<unknown> =>
    readContract(rpc, REGISTRY, registry, name, args);
  const versionCount = async (siteId: string): Promise<number> =>
    Number(await read("versionCount", [siteKey(siteId)]));
  return {
    versionCount,
    meterRevokedAt: async (meterKeyHash) => Number(await read("meterRevokedAt", [meterKeyHash])),
    async revokedSince(block) {
      const upTo = await headBlock(rpc);
      const topics = REGISTRY.abi.encodeFilterTopics("MeterRevoked", []);
      const events = await readEvents(rpc, [registry], topics, block, upTo);
      return { meterKeyHashes: events.map(({ topics: said }) => said[1] as Hex), upTo };
    },
    async latest(siteId) {
      const count = await versionCount(siteId);
      if (count === 0) return null;
      const found = (await read("versionOf", [siteKey(siteId), count - 1])) as {
        readonly owner: Account;
        readonly meterKey: { readonly kind: bigint; readonly x: Hex; readonly y: Hex };
        readonly importMaxW: bigint;
        readonly exportMaxW: bigint;
        readonly feeder: Hex;
        readonly since: bigint;
      };
      const { kind, x, y } = found.meterKey;
      return {
        owner: found.owner,
        meterKey: { kind: Number(kind), x, y },
        importMaxW: Number(found.importMaxW),
        exportMaxW: Number(found.exportMaxW),
        feeder: found.feeder,
        since: Number(found.since),
      };
    },
  };
}
