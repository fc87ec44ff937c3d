import type { Account, EscrowAudit, Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import type { BalanceLeaf } from "../batch/balance-tree.ts";
import { chainError } from "./chain-error.ts";
import { ESCROW, readContract, TOKEN } from "./contracts.ts";
import type { Deployment } from "./deployment.ts";

/** Finds the leaves of a batch by its number and hash; `null` when it is not the batch we know. */
export type FinalLeaves = (number: number, hash: Hex) => Promise<readonly BalanceLeaf[] | null>;

/** What one account is owed, and whether that can be right. */
interface Owed {
  readonly amount: bigint;
  readonly sound: boolean;
}

/**
 * The escrow's books against its money, all read at one block. Every account is read by itself and counted
 * with the leaf that the latest final batch gives it, recorded or not; the sum, the operator's bond and
 * fees must be the token's own balance of the escrow, and the escrow's own counter as well.
 * @throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers.
 */
export async function auditEscrow(
  rpc: JsonRpcProvider,
  { chainId, escrow, token }: Deployment,
  finalLeaves: FinalLeaves,
): Promise<EscrowAudit> {
  const block = await rpc.getBlockNumber().catch((error: unknown) => {
    throw chainError(error, "reading the latest block");
  });
  const read = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    readContract(rpc, ESCROW, escrow, name, args, block);
  const amount = async (name: string): Promise<bigint> => (await read(name)) as bigint;
  const [head, finalNumber, bond, fees, counted, accountCount] = (await Promise.all(
    ["head", "finalNumber", "bond", "feesOwed", "totalOwed", "accountCount"].map(amount),
  )) as [bigint, bigint, bigint, bigint, bigint, bigint];
  const tokenBalance = (await readContract(rpc, TOKEN, token, "balanceOf", [escrow], block)) as bigint;
  const [hash] = (await read("batch", [finalNumber])) as [Hex];
  const leaves = finalNumber === 0n ? [] : await finalLeaves(Number(finalNumber), hash);
  const accounts = await Promise.all(
    Array.from({ length: Number(accountCount) }, (_, index) => owedTo(read, index, leaves?.[index])),
  );
  const owed = accounts.reduce((sum, one) => sum + one.amount, 0n) + bond + fees;
  const sound = leaves !== null && accounts.every((one) => one.sound);
  return {
    tokenBalance,
    owed,
    conserved: sound && tokenBalance === owed && counted === owed,
    batchesCommitted: Number(head),
    batchesFinalized: Number(finalNumber),
    contract: escrow,
    chainId,
  };
}

async function owedTo(
  read: (name: string, args: readonly unknown[]) => Promise<unknown>,
  index: number,
  leaf: BalanceLeaf | undefined,
): Promise<Owed> {
  const account = (await read("accountAt", [index])) as Account;
  const { deposited, withdrawn } = (await read("accountOf", [account])) as Record<
    "deposited" | "withdrawn",
    bigint
  >;
  const amount = deposited - withdrawn + (leaf?.credit ?? 0n) - (leaf?.debit ?? 0n);
  const named = leaf === undefined || leaf.account.toLowerCase() === account.toLowerCase();
  return { amount, sound: named && amount >= 0n };
}
