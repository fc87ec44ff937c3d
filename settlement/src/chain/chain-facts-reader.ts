import { signingDomain } from "@commonwatt/market";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { AbiCoder, type JsonRpcProvider } from "ethers";
import type { BatchFile } from "../batch/batch-archive.ts";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { ChainFacts, InboxOrder, RegisteredSite } from "../proofs/chain-facts.ts";
import { chainError } from "./chain-error.ts";
import { COURT, type CompiledContract, ESCROW, JUDGES, REGISTRY, readContract } from "./contracts.ts";
import { readAccounts } from "./escrow-accounts.ts";
import { type EventLog, nodeEvents } from "./event-log.ts";
import { type Deployment, finalityLimitSeconds } from "./manifest.ts";

/** What an order in the inbox must lie before the gate closes, in seconds; `NOTICE` of `contracts/judges`. */
const NOTICE_SECONDS = 300;

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
): Promise<ChainFacts> {
  const { escrow, court, registry, terms } = deployment;
  const read = (contract: CompiledContract, address: Account, name: string, args: readonly unknown[] = []) =>
    readContract(rpc, contract, address, name, args);
  const count = Number(await read(ESCROW, escrow, "accountCount"));
  const accounts = await readAccounts(log, deployment, count);
  const nanoPerUnit = (await read(ESCROW, escrow, "nanoPerUnit")) as bigint;
  const lockSeconds = terms.withdrawalDelaySeconds - finalityLimitSeconds(terms);
  const funds = new Map(
    await Promise.all(
      accounts.map(async (account): Promise<[string, { own: bigint; free: bigint | null }]> => {
        const { deposited, withdrawn } = (await read(ESCROW, escrow, "accountOf", [account])) as Funds;
        const { amount, requestedAt } = (await read(ESCROW, escrow, "withdrawalOf", [account])) as Request;
        const own = (deposited - withdrawn) * nanoPerUnit;
        const isLocked = amount > 0n && committedAt >= Number(requestedAt) + lockSeconds;
        return [account.toLowerCase(), { own, free: isLocked ? own - amount * nanoPerUnit : null }];
      }),
    ),
  );
  const rulesHash = (await read(COURT, court, "rulesHashAt", [header.intervalStart])) as Hex;
  const versions = new Map<Hex, readonly RegisteredSite[]>();
  for (const siteId of new Set(archive.positions.map((position) => position.siteId))) {
    versions.set(siteId, await siteVersions(read, registry, siteId));
  }
  const revoked = new Map<Hex, number>();
  for (const key of new Set(archive.readings.map(({ leaf }) => leaf.meterKeyHash))) {
    revoked.set(key, Number(await read(REGISTRY, registry, "meterRevokedAt", [key])));
  }
  const cancels = await groupCancels(rpc, deployment, log);
  return {
    ...{ domain: signingDomain(deployment.chainId, court), accounts, committedAt },
    rulesHashAt: () => rulesHash,
    siteAt: (siteId, time) => (versions.get(siteId) ?? []).findLast(({ since }) => since <= time) ?? null,
    revokedAt: (key) => revoked.get(key) ?? 0,
    groupCounterAt: (account, group, time) =>
      cancels
        .filter((one) => one.account === account.toLowerCase() && one.group === group && one.time <= time)
        .reduce((highest, { counter }) => Math.max(highest, counter), 0),
    ownNano: (account) => funds.get(account.toLowerCase())?.own ?? 0n,
    freeNano: (account) => funds.get(account.toLowerCase())?.free ?? null,
    inbox: await inboxOrders(rpc, deployment, { header, archive }, log),
  };
}

type Funds = { readonly deposited: bigint; readonly withdrawn: bigint };
type Request = { readonly amount: bigint; readonly requestedAt: bigint };
type Read = (
  contract: CompiledContract,
  address: Account,
  name: string,
  args?: readonly unknown[],
) => Promise<unknown>;

async function siteVersions(read: Read, registry: Account, siteId: Hex): Promise<readonly RegisteredSite[]> {
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
    found.push({
      ...{ owner, meterKeyHash: meterKeyHash(version.meterKey), since: Number(since) },
      ...{ importMaxW: Number(importMaxW), exportMaxW: Number(exportMaxW) },
    });
  }
  return found;
}

/** As `MeterKeys.hash` has it. */
function meterKeyHash({ kind, x, y }: { readonly kind: bigint; readonly x: Hex; readonly y: Hex }): Hex {
  if (kind === P256) return keccak256(`0x04${x.slice(2)}${y.slice(2)}`);
  return kind === SECP256K1 ? keccak256(`0x${x.slice(-40)}`) : ZERO_HASH;
}

async function groupCancels(
  rpc: JsonRpcProvider,
  { registry, block }: Deployment,
  log: EventLog,
): Promise<readonly GroupCancel[]> {
  const logs = await logsOf(log, REGISTRY, registry, "GroupCancelled", block);
  return Promise.all(
    logs.map(async ({ args, blockNumber }) => ({
      account: String(args["account"]).toLowerCase(),
      group: Number(args["group"]),
      counter: Number(args["counter"]),
      time: await blockTime(rpc, blockNumber),
    })),
  );
}

/** Orders for the batch's interval that came so early that its operator had to take them in. */
async function inboxOrders(
  rpc: JsonRpcProvider,
  { court, block }: Deployment,
  { header, archive }: BatchFile,
  log: EventLog,
): Promise<readonly InboxOrder[]> {
  const latest = header.intervalStart - archive.rules.gateClosureMs / 1_000 - NOTICE_SECONDS;
  const orders: InboxOrder[] = [];
  for (const { args, blockNumber } of await logsOf(log, COURT, court, "OrderSubmitted", block)) {
    const order = decodeInboxOrder(args["order"] as Hex);
    if (order === null || order.intervalIndex !== header.intervalIndex) continue;
    if ((await blockTime(rpc, blockNumber)) <= latest) orders.push(order);
  }
  return orders;
}

/** An order out of the inbox, or `null` for bytes that are none: anybody can put anything there. */
function decodeInboxOrder(bytes: Hex): InboxOrder | null {
  const inputs = JUDGES["InclusionJudge"]?.abi.getFunction("ignoredOrder")?.inputs ?? [];
  const type = inputs.find(({ name }) => name === "order");
  if (type === undefined) return null;
  try {
    const [order] = AbiCoder.defaultAbiCoder().decode([type], bytes) as unknown as [RawOrder];
    const { signature: signed } = order;
    return {
      ...{ account: order.account, isBid: order.isBid, orderSalt: order.orderSalt },
      ...{ limitPrice: Number(order.limitPrice), energyWh: Number(order.energyWh) },
      intervalIndex: Number(order.intervalIndex),
      signature: {
        ...{ kind: Number(signed.kind), replaces: signed.replaces, group: Number(signed.group) },
        ...{ counter: Number(signed.counter), index: Number(signed.index), proof: [...signed.proof] },
        signature: signed.signature,
      },
    };
  } catch {
    return null;
  }
}

interface RawOrder {
  readonly account: Account;
  readonly isBid: boolean;
  readonly limitPrice: bigint;
  readonly energyWh: bigint;
  readonly intervalIndex: bigint;
  readonly orderSalt: Hex;
  readonly signature: {
    readonly kind: bigint;
    readonly replaces: Hex;
    readonly group: bigint;
    readonly counter: bigint;
    readonly index: bigint;
    readonly proof: readonly Hex[];
    readonly signature: Hex;
  };
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

async function blockTime(rpc: JsonRpcProvider, blockNumber: number): Promise<number> {
  const block = await rpc.getBlock(blockNumber).catch((error: unknown) => {
    throw chainError(error, `reading block ${blockNumber}`);
  });
  return block?.timestamp ?? 0;
}
