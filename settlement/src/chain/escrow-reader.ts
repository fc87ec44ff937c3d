import type { Account, Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { chainError } from "./chain-error.ts";
import { ESCROW, readContract, TOKEN } from "./contracts.ts";
import type { Deployment } from "./deployment.ts";

/** How far the escrow's batches have come. */
export interface EscrowProgress {
  /** Number of the latest batch. */
  readonly head: number;
  /** Number of the latest final batch. */
  readonly finalNumber: number;
}

/** What the escrow knows of a batch. */
export interface EscrowBatch {
  readonly hash: Hex;
  /** Block time of the commit in seconds since the epoch. */
  readonly committedAtSeconds: number;
}

/** What an account has put in and taken out, and the withdrawal it waits for. */
export interface EscrowFunds {
  readonly exists: boolean;
  readonly deposited: bigint;
  readonly withdrawn: bigint;
  /** Zero when there is no request. */
  readonly requested: bigint;
  readonly requestedAtSeconds: number;
}

/** Reads the escrow. Every method throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface EscrowReader {
  progress(): Promise<EscrowProgress>;
  batch(number: number): Promise<EscrowBatch>;
  /** Every account in the order of its index. */
  accounts(): Promise<readonly Account[]>;
  funds(account: Account): Promise<EscrowFunds>;
  /** Number of the batch from which an account was recorded last. */
  settledNumber(account: Account): Promise<number>;
  /** Hash of the chain transaction that last reported an event of a batch, or `null`. */
  batchEventHash(event: "BatchCommitted" | "BatchFinalized", number: number): Promise<Hex | null>;
  bond(): Promise<bigint>;
  tokenBalance(account: Account): Promise<bigint>;
  tokenAllowance(owner: Account): Promise<bigint>;
  /** The permit nonce and name of the token, for EIP-2612. */
  permitTerms(owner: Account): Promise<{ readonly nonce: bigint; readonly tokenName: string }>;
  terms(): Promise<EscrowTerms>;
}

/** The terms the escrow was deployed with. */
export interface EscrowTerms {
  readonly community: Hex;
  readonly operator: Account;
  readonly challengeWindowSeconds: number;
  readonly withdrawalDelaySeconds: number;
  readonly minimumBond: bigint;
}

/** Makes a reader of a deployed escrow. */
export function escrowReader(rpc: JsonRpcProvider, deployment: Deployment): EscrowReader {
  const { escrow, token } = deployment;
  const read = (name: string, args: readonly unknown[] = [], blockTag: number | "latest" = "latest") =>
    readContract(rpc, ESCROW, escrow, name, args, blockTag);
  const readToken = (name: string, args: readonly unknown[], blockTag: number | "latest" = "latest") =>
    readContract(rpc, TOKEN, token, name, args, blockTag);
  const accounts = async (blockTag: number | "latest" = "latest"): Promise<readonly Account[]> => {
    const count = Number(await read("accountCount", [], blockTag));
    const indices = Array.from({ length: count }, (_, index) => index);
    return Promise.all(indices.map(async (index) => (await read("accountAt", [index], blockTag)) as Account));
  };
  return {
    async progress() {
      const [head, finalNumber] = await Promise.all([read("head"), read("finalNumber")]);
      return { head: Number(head), finalNumber: Number(finalNumber) };
    },
    async batch(number) {
      const [hash, committedAt] = (await read("batch", [number])) as [Hex, bigint];
      return { hash, committedAtSeconds: Number(committedAt) };
    },
    accounts: () => accounts(),
    async funds(account) {
      const [known, request] = await Promise.all([
        read("accountOf", [account]),
        read("withdrawalOf", [account]),
      ]);
      const { exists, deposited, withdrawn } = known as EscrowFunds;
      const { amount, requestedAt } = request as { amount: bigint; requestedAt: bigint };
      return { exists, deposited, withdrawn, requested: amount, requestedAtSeconds: Number(requestedAt) };
    },
    async settledNumber(account) {
      const { settledNumber } = (await read("accountOf", [account])) as { settledNumber: bigint };
      return Number(settledNumber);
    },
    async batchEventHash(event, number) {
      const topics = ESCROW.abi.encodeFilterTopics(event, [number]);
      const logs = await rpc
        .getLogs({ address: escrow, fromBlock: deployment.block, topics })
        .catch((error) => {
          throw chainError(error, `looking for ${event} of batch ${number}`);
        });
      return (logs.at(-1)?.transactionHash as Hex | undefined) ?? null;
    },
    bond: async () => (await read("bond")) as bigint,
    tokenBalance: async (account) => (await readToken("balanceOf", [account])) as bigint,
    tokenAllowance: async (owner) => (await readToken("allowance", [owner, escrow])) as bigint,
    async permitTerms(owner) {
      const [nonce, name] = await Promise.all([readToken("nonces", [owner]), readToken("name", [])]);
      return { nonce: nonce as bigint, tokenName: name as string };
    },
    async terms() {
      const names = ["community", "operator", "challengeWindow", "withdrawalDelay", "minimumBond"];
      const [community, operator, window, delay, bond] = await Promise.all(names.map((name) => read(name)));
      return {
        community: community as Hex,
        operator: operator as Account,
        challengeWindowSeconds: Number(window),
        withdrawalDelaySeconds: Number(delay),
        minimumBond: bond as bigint,
      };
    },
  };
}
