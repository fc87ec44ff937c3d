import type { Account, Hex, SigningDomain } from "@commonwatt/vpp-core";
import type { BatchRules } from "../batch/batch-rules.ts";
import type { OrderSignature } from "../batch/order-leaf.ts";

/** What the register says about a site at one time. */
export interface RegisteredSite {
  readonly owner: Account;
  /** Keccak-256 of its meter's key. */
  readonly meterKeyHash: Hex;
  readonly importMaxW: number;
  readonly exportMaxW: number;
  /** From when on this version counts, in seconds. */
  readonly since: number;
}

/** An order that its account put into the court's inbox. */
export interface InboxOrder {
  readonly account: Account;
  readonly isBid: boolean;
  readonly limitPrice: number;
  readonly energyWh: number;
  readonly intervalIndex: number;
  readonly orderSalt: Hex;
  readonly signature: OrderSignature;
}

/** An order out of the inbox, and when it came there. */
export interface InboxEntry {
  readonly order: InboxOrder;
  /** Seconds since the epoch. */
  readonly submittedAt: number;
}

/** What of a batch's truth only the chain knows. Times in seconds, amounts in nano. */
export interface ChainFacts {
  /** What orders must be signed for. */
  readonly domain: SigningDomain;
  /** The escrow's accounts by index. */
  readonly accounts: readonly Account[];
  /** When the batch was committed. */
  readonly committedAt: number;
  /** The rules that hold for an interval that begins at `time`. */
  rulesHashAt(time: number): Hex;
  /** `null` for a site that is not registered at that time. */
  siteAt(siteId: Hex, time: number): RegisteredSite | null;
  /** 0 for a meter that is not revoked. */
  revokedAt(meterKeyHash: Hex): number;
  /** The counter below which an account's orders, however it is written, of a group were cancelled on the chain by `time`. */
  groupCounterAt(account: Account, group: number, time: number): number;
  /** Deposits less withdrawals of an account, however it is written. */
  ownNano(account: Account): bigint;
  /** What a locked withdrawal leaves of that; `null` when none was locked as the batch was committed. */
  freeNano(account: Account): bigint | null;
  /** Orders for the batch's interval that are in the inbox. */
  readonly inbox: readonly InboxEntry[];
  /** What hashes in leaves stand for, as far as the chain tells: what the court was shown, and the keys of meters. */
  readonly shown: ReadonlyMap<Hex, Hex>;
  /** Rules of other batches, for one that does not say its own. */
  readonly knownRules: readonly BatchRules[];
}
