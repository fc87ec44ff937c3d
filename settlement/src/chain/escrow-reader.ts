import type { Account } from "@commonwatt/vpp-core";
import type { BlockTag, JsonRpcProvider } from "ethers";
import { ESCROW, readContract, TOKEN } from "./contracts.ts";
import { readAccounts } from "./escrow-accounts.ts";
import { nodeEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";

/** What an account has put in and taken out, and the withdrawal it waits for; in the token's smallest unit. */
export interface EscrowFunds {
  readonly exists: boolean;
  readonly deposited: bigint;
  readonly withdrawn: bigint;
  /** Zero when there is no request. */
  readonly requested: bigint;
  readonly requestedAtSeconds: number;
}

/** Reads escrow and token. Every method throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers. */
export interface EscrowReader {
  /**
   * Every account in the order of its index.
   * @param known Those of an earlier answer: unless others came, they are only checked, without reading events.
   */
  accounts(known: readonly Account[]): Promise<readonly Account[]>;
  /** Whether an account has an index. */
  isAt(account: Account, index: number): Promise<boolean>;
  funds(account: Account): Promise<EscrowFunds>;
  /** Number of the batch from which an account was recorded last. */
  settledNumber(account: Account): Promise<number>;
  /** Nano money in one smallest unit of the token. */
  nanoPerUnit(): Promise<bigint>;
  tokenBalance(account: Account): Promise<bigint>;
  tokenAllowance(owner: Account, spender: Account): Promise<bigint>;
  /** The permit nonce and name of the token, for EIP-2612. */
  permitTerms(owner: Account): Promise<{ readonly nonce: bigint; readonly tokenName: string }>;
}

/** Makes a reader of a deployed escrow, as it is at a block. */
export function escrowReader(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  at: BlockTag = "latest",
): EscrowReader {
  const { escrow, token } = deployment;
  const read = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    readContract(rpc, ESCROW, escrow, name, args, at);
  const readToken = (name: string, args: readonly unknown[]): Promise<unknown> =>
    readContract(rpc, TOKEN, token, name, args, at);
  return {
    async accounts(known) {
      const count = Number(await read("accountCount"));
      if (count === known.length) {
        const placed = await Promise.all(known.map((account, index) => read("isAt", [account, index])));
        if (placed.every((isThere) => isThere === true)) return known;
      }
      return readAccounts(nodeEvents(rpc), deployment, count);
    },
    isAt: async (account, index) => (await read("isAt", [account, index])) === true,
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
    nanoPerUnit: async () => (await read("nanoPerUnit")) as bigint,
    tokenBalance: async (account) => (await readToken("balanceOf", [account])) as bigint,
    tokenAllowance: async (owner, spender) => (await readToken("allowance", [owner, spender])) as bigint,
    async permitTerms(owner) {
      const [nonce, name] = await Promise.all([readToken("nonces", [owner]), readToken("name", [])]);
      return { nonce: nonce as bigint, tokenName: name as string };
    },
  };
}
