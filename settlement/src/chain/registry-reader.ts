import type { Account, Hex } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { REGISTRY, readContract } from "./contracts.ts";
import { headBlock, readEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";
import { type SiteVersion, siteKey } from "./site-record.ts";

/** Reads the register of sites. Throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface RegistryReader {
  /** How many versions a site has: 0 for one that was never registered. */
  versionCount(siteId: string): Promise<number>;
  /** Everything that was ever registered of a site, oldest first. */
  versions(siteId: string): Promise<readonly SiteVersion[]>;
  /** When a meter was revoked, in seconds since the epoch; 0 when it is not. */
  meterRevokedAt(meterKeyHash: Hex): Promise<number>;
  /** What changed since a block. */
  changesSince(block: number): Promise<RegistryChanges>;
}

/** What was registered and revoked in some blocks. */
export interface RegistryChanges {
  /** Sites with a new version, by the hash of their name: see `siteKey`. */
  readonly siteKeys: readonly Hex[];
  readonly revokedMeters: readonly Hex[];
  /** The block up to which was looked. */
  readonly upTo: number;
}

/** Makes a reader of a deployed registry, as it is at a block. */
export function registryReader(
  rpc: JsonRpcProvider,
  { registry }: Deployment,
  at: BlockTag = "latest",
): RegistryReader {
  const read = (name: string, args: readonly unknown[]): Promise<unknown> =>
    readContract(rpc, REGISTRY, registry, name, args, at);
  const versionCount = async (siteId: string): Promise<number> =>
    Number(await read("versionCount", [siteKey(siteId)]));
  const versionOf = async (siteId: string, index: number): Promise<SiteVersion> => {
    const found = (await read("versionOf", [siteKey(siteId), index])) as {
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
  };
  return {
    versionCount,
    meterRevokedAt: async (meterKeyHash) => Number(await read("meterRevokedAt", [meterKeyHash])),
    async changesSince(block) {
      const upTo = await headBlock(rpc);
      const first = async (event: string): Promise<readonly Hex[]> => {
        const topics = REGISTRY.abi.encodeFilterTopics(event, []);
        const events = await readEvents(rpc, [registry], topics, block, upTo);
        return events.map(({ topics: said }) => said[1] as Hex);
      };
      return { siteKeys: await first("SiteRegistered"), revokedMeters: await first("MeterRevoked"), upTo };
    },
    async versions(siteId) {
      const count = await versionCount(siteId);
      const indices = Array.from({ length: count }, (_, index) => index);
      return Promise.all(indices.map((index) => versionOf(siteId, index)));
    },
  };
}
