import type { Account, Hex } from "@commonwatt/vpp-core";
import { AbiCoder, type JsonRpcProvider } from "ethers";
import { keccak256 } from "../hash/keccak.ts";
import type { InboxOrder } from "../proofs/chain-facts.ts";
import { COURT, JUDGES } from "./contracts.ts";
import { type EventLog, nodeEvents } from "./event-log.ts";
import { encodeInboxOrder } from "./judge-calls.ts";
import type { Deployment } from "./manifest.ts";
import { blockTime } from "./read-block.ts";

/** An order that its own account put into the court's inbox. */
export interface SubmittedOrder {
  readonly order: InboxOrder;
  /** Seconds since the epoch. */
  readonly submittedAt: number;
  readonly blockNumber: number;
}

/** Reads the court's inbox. */
export interface InboxReader {
  /**
   * Orders for an interval that some accounts put there, oldest first. What anybody else put there in their name, or in
   * another form, is no order of theirs; what others put there, as anybody can, is not even looked at.
   * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`.
   */
  orders(intervalIndex: number, accounts: readonly Account[]): Promise<readonly SubmittedOrder[]>;
}

/** Makes a reader of a deployed court's inbox; `log` is where its events are read. */
export function inboxReader(
  rpc: JsonRpcProvider,
  { court, block }: Deployment,
  log: EventLog = nodeEvents(rpc),
): InboxReader {
  return {
    async orders(intervalIndex, accounts) {
      const wanted = new Set(accounts.map((account) => account.toLowerCase()));
      const topics = COURT.abi.encodeFilterTopics("OrderSubmitted", []);
      const orders: SubmittedOrder[] = [];
      for (const { topics: said, data, blockNumber } of await log.events(court, topics, block)) {
        const event = COURT.abi.parseLog({ topics: said, data });
        const sender = String(event?.args["account"]).toLowerCase();
        if (!wanted.has(sender)) continue;
        const bytes = event?.args["order"] as Hex;
        const order = decodeInboxOrder(bytes);
        if (order === null || order.intervalIndex !== intervalIndex) continue;
        const isOwn = order.account.toLowerCase() === sender;
        // The judge asks for the order as it encodes it itself.
        if (!isOwn || keccak256(encodeInboxOrder(order)) !== keccak256(bytes)) continue;
        orders.push({ order, submittedAt: await blockTime(rpc, blockNumber), blockNumber });
      }
      return orders;
    },
  };
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
