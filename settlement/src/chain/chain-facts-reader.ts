import type { Account, Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import type { BatchFile } from "../batch/batch-archive.ts";
import { ZERO_HASH } from "../batch/batch-header.ts";
import type { BatchLeaves } from "../batch/batch-leaves.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import type { OrderLeaf } from "../batch/order-leaf.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { ChainFacts, InboxEntry, RegisteredSite } from "../proofs/chain-facts.ts";
import { openOnce } from "../proofs/open-once.ts";
import { COURT, type CompiledContract, ESCROW, REGISTRY, readContract } from "./contracts.ts";
import { courtDomain } from "./court-domain.ts";
import { readAccounts } from "./escrow-accounts.ts";
import { escrowReader } from "./escrow-reader.ts";
import { type EventLog, nodeEvents } from "./event-log.ts";
import { type InboxReader, inboxReader } from "./inbox-reader.ts";
import { type Deployment, finalityLimitSeconds } from "./manifest.ts";
import { blockTime } from "./read-block.ts";
import { shownEvidence } from "./shown-evidence.ts";

/** Kinds of meter keys, as in `contracts/types/Site.sol`. */
const [P256, SECP256K1] = [1n, 2n];

interface GroupCancel {
  readonly account: string;
  readonly group: number;
  readonly counter: number;
  readonly time: number;
}

/**
 * Reads what only the chain knows about a batch, all that a check of it can ask for. Archives come from
 * strangers: accounts and sites that the chain does not know are as good as none.
 * @throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers.
 */
export async function readFacts(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  { header, archive }: BatchFile,
  committedAt: number,
  log: EventLog = nodeEvents(rpc),
  knownRules: readonly BatchRules[] = [],
): Promise<ChainFacts> {
  const { escrow, court, registry, terms } = deployment;
  const read = (contract: CompiledContract, address: Account, name: string, args: readonly unknown[] = []) =>
    readContract(rpc, contract, address, name, args);
  const reader = escrowReader(rpc, deployment);
  const count = Number(await read(ESCROW, escrow, "accountCount"));
  const accounts = await readAccounts(log, deployment, count);
  const nanoPerUnit = await reader.nanoPerUnit();
  const lockSeconds = terms.withdrawalDelaySeconds - finalityLimitSeconds(terms);
  const funds = new Map(
    await Promise.all(
      accounts.map(async (account): Promise<[string, { own: bigint; free: bigint | null }]> => {
        const { deposited, withdrawn, requested, requestedAtSeconds } = await reader.funds(account);
        const own = (deposited - withdrawn) * nanoPerUnit;
        const isLocked = requested > 0n && committedAt >= requestedAtSeconds + lockSeconds;
        return [account.toLowerCase(), { own, free: isLocked ? own - requested * nanoPerUnit : null }];
      }),
    ),
  );
  const rulesHash = (await read(COURT, court, "rulesHashAt", [header.intervalStart])) as Hex;
  const leaves = openOnce(archive).leaves;
  const versions = new Map<Hex, readonly RegisteredSite[]>();
  const shown = await shownEvidence(log, deployment, header.number);
  // An archive can name more sites and meters than there is time to ask for: only those that somebody registered count.
  const registered = new Set(
    (await logsOf(log, REGISTRY, registry, "SiteRegistered", deployment.block)).map(
      ({ args }) => args["site"],
    ),
  );
  for (const siteId of new Set(leaves.positions.map((position) => position.siteId))) {
    if (registered.has(siteId)) versions.set(siteId, await siteVersions(read, registry, siteId, shown));
  }
  const meters = new Set([...versions.values()].flat().map(({ meterKeyHash: key }) => key));
  const revoked = new Map<Hex, number>();
  for (const key of new Set(leaves.readings.map(({ meterKeyHash: key }) => key))) {
    if (meters.has(key)) revoked.set(key, Number(await read(REGISTRY, registry, "meterRevokedAt", [key])));
  }
  const cancels = Map.groupBy(await groupCancels(rpc, deployment, log, leaves.orders), ({ account, group }) =>
    nameOfGroup(account, group),
  );
  return {
    ...{ domain: courtDomain(deployment), accounts, committedAt },
    rulesHashAt: () => rulesHash,
    siteAt: (siteId, time) => (versions.get(siteId) ?? []).findLast(({ since }) => since <= time) ?? null,
    revokedAt: (key) => revoked.get(key) ?? 0,
    groupCounterAt: (account, group, time) =>
      (cancels.get(nameOfGroup(account, group)) ?? [])
        .filter((one) => one.time <= time)
        .reduce((highest, { counter }) => Math.max(highest, counter), 0),
    ownNano: (account) => funds.get(account.toLowerCase())?.own ?? 0n,
    freeNano: (account) => funds.get(account.toLowerCase())?.free ?? null,
    inbox: await inboxOrders(inboxReader(rpc, deployment, log), header, leaves),
    ...{ shown, knownRules },
  };
}

type Read = (
  contract: CompiledContract,
  address: Account,
  name: string,
  args?: readonly unknown[],
) => Promise<unknown>;

/** Also notes the keys of its meters by their hashes. */
async function siteVersions(
  read: Read,
  registry: Account,
  siteId: Hex,
  keys: Map<Hex, Hex>,
): Promise<readonly RegisteredSite[]> {
  const count = Number(await read(REGISTRY, registry, "versionCount", [siteId]));
  const found: RegisteredSite[] = [];
  for (let index = 0; index < count; index++) {
    const version = (await read(REGISTRY, registry, "versionOf", [siteId, index])) as {
      readonly owner: Account;
      readonly importMaxW: bigint;
      readonly exportMaxW: bigint;
      readonly since: bigint;
    } & Record<"meterKey", { readonly kind: bigint; readonly x: Hex; readonly y: Hex }>;
    const { owner, importMaxW, exportMaxW, since } = version;
    const key = meterKeyBytes(version.meterKey);
    const meterKeyHash = key === null ? ZERO_HASH : keccak256(key);
    if (key !== null) keys.set(meterKeyHash, key);
    found.push({
      ...{ owner, meterKeyHash, since: Number(since) },
      ...{ importMaxW: Number(importMaxW), exportMaxW: Number(exportMaxW) },
    });
  }
  return found;
}

/** The bytes that `MeterKeys.hash` hashes; `null` when there is no meter. */
function meterKeyBytes({
  kind,
  x,
  y,
}: {
  readonly kind: bigint;
  readonly x: Hex;
  readonly y: Hex;
}): Hex | null {
  if (kind === P256) return `0x04${x.slice(2)}${y.slice(2)}`;
  return kind === SECP256K1 ? `0x${x.slice(-40)}` : null;
}

/** What accounts cancelled that have orders in a batch: anybody else can cancel groups of their own, too. */
async function groupCancels(
  rpc: JsonRpcProvider,
  { registry, block }: Deployment,
  log: EventLog,
  orders: readonly Pick<OrderLeaf, "account">[],
): Promise<readonly GroupCancel[]> {
  const accounts = new Set(orders.map(({ account }) => account.toLowerCase()));
  const logs = await logsOf(log, REGISTRY, registry, "GroupCancelled", block);
  const cancels: GroupCancel[] = [];
  for (const { args, blockNumber } of logs) {
    const account = String(args["account"]).toLowerCase();
    if (!accounts.has(account)) continue;
    const [group, counter] = [Number(args["group"]), Number(args["counter"])];
    cancels.push({ account, group, counter, time: await blockTime(rpc, blockNumber) });
  }
  return cancels;
}

function nameOfGroup(account: string, group: number): string {
  return `${account.toLowerCase()}/${group}`;
}

/** Orders for the batch's interval of the accounts in it. */
function inboxOrders(
  inbox: InboxReader,
  { intervalIndex }: BatchFile["header"],
  { positions, orders }: Pick<BatchLeaves, "positions" | "orders">,
): Promise<readonly InboxEntry[]> {
  const accounts = [...positions, ...orders].map(({ account }) => account);
  return inbox.orders(intervalIndex, accounts);
}

async function logsOf(
  log: EventLog,
  contract: CompiledContract,
  address: Account,
  event: string,
  fromBlock: number,
): Promise<readonly { readonly args: Readonly<Record<string, unknown>>; readonly blockNumber: number }[]> {
  const topics = contract.abi.encodeFilterTopics(event, []);
  const found = await log.events(address, topics, fromBlock);
  return found.flatMap(({ blockNumber, topics: said, data }) => {
    const args = contract.abi.parseLog({ topics: said, data })?.args;
    return args === undefined ? [] : [{ args: args.toObject(), blockNumber }];
  });
}
