import type { Account, Hex } from "@commonwatt/vpp-core";
import { AbiCoder, type JsonRpcProvider } from "ethers";
import { keccak256 } from "../hash/keccak.ts";
import type { InboxEntry, InboxOrder } from "../proofs/chain-facts.ts";
import { COURT, JUDGES } from "./contracts.ts";
import { type EventLog, nodeEvents } from "./event-log.ts";
import { encodeInboxOrder } from "./judge-calls.ts";
import type { Deployment } from "./manifest.ts";
import { blockTime } from "./read-block.ts";

/** An order that its own account put into the court's inbox, and the block in which it did. */
export interface Submission {
  readonly order: InboxOrder;
  readonly blockNumber: number;
}

/** An order out of the inbox, and when it came there. */
export type SubmittedOrder = Submission & InboxEntry;

/** Reads the court's inbox. */
export interface InboxReader {
  /**
   * Orders for an interval that some accounts put there, oldest first. What anybody else put there in their name, or in
   * another form, is no order of theirs; what others put there, as anybody can, is not even looked at.
   * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`; what follows the chain also `CHAIN_NO_FINALITY`.
   */
  orders(intervalIndex: number, accounts: readonly Account[]): Promise<readonly SubmittedOrder[]>;
}

/** Makes a reader of a deployed court's inbox, which looks it through each time; `log` is where its events are read. */
export function inboxReader(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  log: EventLog = nodeEvents(rpc),
): InboxReader {
  return {
    async orders(intervalIndex, accounts) {
      const wanted = new Set(accounts.map((account) => account.toLowerCase()));
      return ordersFor(rpc, intervalIndex, await readInbox(log, deployment, wanted, deployment.block));
    },
  };
}

/** What accounts, in small letters, put into an inbox from a block on; see {@link InboxReader}. */
export async function readInbox(
  log: EventLog,
  { court }: Pick<Deployment, "court">,
  accounts: ReadonlySet<string>,
  fromBlock: number,
): Promise<readonly Submission[]> {
  const topics = COURT.abi.encodeFilterTopics("OrderSubmitted", []);
  const found: Submission[] = [];
  for (const { topics: said, data, blockNumber } of await log.events(court, topics, fromBlock)) {
    const event = COURT.abi.parseLog({ topics: said, data });
    const sender = String(event?.args["account"]).toLowerCase();
    if (!accounts.has(sender)) continue;
    const bytes = event?.args["order"] as Hex;
    const order = decodeInboxOrder(bytes);
    if (order === null || order.account.toLowerCase() !== sender) continue;
    // The judge asks for the order as it encodes it itself.
    if (keccak256(encodeInboxOrder(order)) === keccak256(bytes)) found.push({ order, blockNumber });
  }
  return found;
}

/** Those of an interval, and when each came. @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`. */
export async function ordersFor(
  rpc: JsonRpcProvider,
  intervalIndex: number,
  submissions: readonly Submission[],
): Promise<readonly SubmittedOrder[]> {
  const orders: SubmittedOrder[] = [];
  for (const submission of submissions) {
    if (submission.order.intervalIndex !== intervalIndex) continue;
    orders.push({ ...submission, submittedAt: await blockTime(rpc, submission.blockNumber) });
  }
  return orders;
}

/**
 * An order out of the inbox, or `null` for bytes that are none, or one with numbers that no judge makes anybody take:
 * anybody can put anything there.
 */
function decodeInboxOrder(bytes: Hex): InboxOrder | null {
  const inputs = JUDGES["InclusionJudge"]?.abi.getFunction("ignoredOrder")?.inputs ?? [];
  const type = inputs.find(({ name }) => name === "order");
  if (type === undefined) return null;
  try {
    const [order] = AbiCoder.defaultAbiCoder().decode([type], bytes) as unknown as [RawOrder];
    const { signature: signed } = order;
    const { limitPrice, energyWh, intervalIndex } = order;
    const numbers = [limitPrice, energyWh, intervalIndex, signed.group, signed.counter];
    if (!numbers.every((value) => Number.isSafeInteger(Number(value)))) return null;
    return {
      ...{ account: order.account, isBid: order.isBid, orderSalt: order.orderSalt },
      ...{ limitPrice: Number(limitPrice), energyWh: Number(energyWh), intervalIndex: Number(intervalIndex) },
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
