import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { REGISTRY, readContract } from "./contracts.ts";
import { readEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";
import { type ChainBlock, readBlock } from "./read-block.ts";
import { type SiteVersion, siteKey } from "./site-record.ts";

/** Reads the register of sites. Throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface RegistryReader {
  /** How many versions a site has: 0 for one that was never registered. */
  versionCount(siteId: string): Promise<number>;
  /** Everything that was ever registered of a site, oldest first. */
  versions(siteId: string): Promise<readonly SiteVersion[]>;
  /** When a meter was revoked, in seconds since the epoch; 0 when it is not. */
  meterRevokedAt(meterKeyHash: Hex): Promise<number>;
  /** The counter below which an account's orders of a group are cancelled by a time in seconds. */
  groupCounterAt(account: Account, group: number, time: number): Promise<number>;
  /** The chain's newest block: while it is the same, nothing changes. */
  head(): Promise<ChainBlock>;
  /** What changed from one block to another, in both as well. */
  changes(fromBlock: number, toBlock: number): Promise<RegistryChanges>;
}

/** Orders that an account signed at once and can cancel at once. */
export interface CancelledGroup {
  readonly account: Account;
  readonly group: number;
}

/** What was registered, revoked and cancelled in some blocks. */
export interface RegistryChanges {
  /** Sites with a new version, by the hash of their name: see `siteKey`. */
  readonly siteKeys: readonly Hex[];
  readonly revokedMeters: readonly Hex[];
  /** As often as they were cancelled. */
  readonly cancelledGroups: readonly CancelledGroup[];
}

/** A limit as a safe integer: one beyond allows all that a meter can count, too. */
function safeWatts(limit: bigint): number {
  return Math.min(Number(limit), Number.MAX_SAFE_INTEGER);
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
      importMaxW: safeWatts(found.importMaxW),
      exportMaxW: safeWatts(found.exportMaxW),
      feeder: found.feeder,
      since: Number(found.since),
    };
  };
  return {
    versionCount,
    // Counters of ours are safe integers; a higher one ends them all.
    groupCounterAt: async (account, group, time) =>
      Math.min(Number(await read("groupCounterAt", [account, group, time])), Number.MAX_SAFE_INTEGER),
    meterRevokedAt: async (meterKeyHash) => Number(await read("meterRevokedAt", [meterKeyHash])),
    async head() {
      const block = await readBlock(rpc, "latest");
      if (block !== null) return block;
      throw new CommonwattError("CHAIN_UNREACHABLE", "the node shows no block", { retryable: true });
    },
    async changes(fromBlock, toBlock) {
      const names = ["SiteRegistered", "MeterRevoked", "GroupCancelled"] as const;
      const topics = names.flatMap((name) => REGISTRY.abi.encodeFilterTopics(name, []) as string[]);
      const events = (await readEvents(rpc, [registry], [topics], fromBlock, toBlock)).flatMap(
        ({ topics: said, data }) => REGISTRY.abi.parseLog({ topics: said, data }) ?? [],
      );
      const saidBy = (name: (typeof names)[number], what: string): readonly unknown[] =>
        events.filter((event) => event.name === name).map(({ args }) => args[what] as unknown);
      const accounts = saidBy("GroupCancelled", "account") as readonly Account[];
      const groups = saidBy("GroupCancelled", "group");
      return {
        siteKeys: saidBy("SiteRegistered", "site") as readonly Hex[],
        revokedMeters: saidBy("MeterRevoked", "meterKeyHash") as readonly Hex[],
        cancelledGroups: accounts.map((account, index) => ({ account, group: Number(groups[index]) })),
      };
    },
    async versions(siteId) {
      const count = await versionCount(siteId);
      const indices = Array.from({ length: count }, (_, index) => index);
      return Promise.all(indices.map((index) => versionOf(siteId, index)));
    },
  };
}
