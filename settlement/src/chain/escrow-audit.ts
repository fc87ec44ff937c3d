import type { Account, EscrowAudit } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import type { BalanceLeaf } from "../batch/balance-tree.ts";
import { COURT, ESCROW, readContract, TOKEN } from "./contracts.ts";
import { readAccounts } from "./escrow-accounts.ts";
import { headBlock, nodeEvents } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";

/** Finds the leaves of the latest final batch by its number; `null` when it is not the batch the court has. */
export type FinalLeaves = (number: number) => Promise<readonly BalanceLeaf[] | null>;

/** What one account is owed in nano, and whether that can be right. */
interface Owed {
  readonly nano: bigint;
  readonly sound: boolean;
}

/**
 * The escrow's books against its money, all read at one block. Every account is read by itself and counted
 * with the leaf that the latest final batch gives it, recorded or not; the sum and the operator's fees must
 * be the token's own balance of the escrow to the nano, and the escrow's own counter as well. The court must
 * hold what it says: bonds, rewards, and what was burned.
 * @throws CommonwattError `CHAIN_UNREACHABLE` when nobody answers.
 */
export async function auditEscrow(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  finalLeaves: FinalLeaves,
): Promise<EscrowAudit> {
  const { chainId, escrow, court, token } = deployment;
  const block = await headBlock(rpc);
  const read = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    readContract(rpc, ESCROW, escrow, name, args, block);
  const readCourt = async (name: string): Promise<bigint> =>
    (await readContract(rpc, COURT, court, name, [], block)) as bigint;
  const balanceOf = async (holder: Account): Promise<bigint> =>
    (await readContract(rpc, TOKEN, token, "balanceOf", [holder], block)) as bigint;
  const [nanoPerUnit, feesOwed, counted, accountCount] = (await Promise.all(
    ["nanoPerUnit", "feesOwed", "totalOwed", "accountCount"].map((name) => read(name)),
  )) as [bigint, bigint, bigint, bigint];
  const [head, finalNumber, feeTotal, held] = (await Promise.all(
    ["head", "finalNumber", "finalFeeTotal", "totalHeld"].map(readCourt),
  )) as [bigint, bigint, bigint, bigint];
  const [tokenBalance, courtBalance] = await Promise.all([balanceOf(escrow), balanceOf(court)]);
  const leaves = finalNumber === 0n ? [] : await finalLeaves(Number(finalNumber));
  const opened = await readAccounts(nodeEvents(rpc), deployment, Number(accountCount));
  const accounts = await Promise.all(
    opened
      .slice(0, Number(accountCount))
      .map((account, index) => owedTo(read, account, index, leaves?.[index], nanoPerUnit)),
  );
  const feesClaimed = feeTotal / nanoPerUnit - feesOwed;
  const feesNano = feeTotal - feesClaimed * nanoPerUnit;
  const owedNano = accounts.reduce((sum, one) => sum + one.nano, feesNano);
  const sound = leaves !== null && accounts.every((one) => one.sound);
  const exact = owedNano === tokenBalance * nanoPerUnit;
  return {
    tokenBalance,
    owed: owedNano / nanoPerUnit,
    conserved: sound && exact && counted === tokenBalance && courtBalance === held,
    batchesCommitted: Number(head),
    batchesFinalized: Number(finalNumber),
    contract: escrow,
    chainId,
  };
}

async function owedTo(
  read: (name: string, args: readonly unknown[]) => Promise<unknown>,
  account: Account,
  index: number,
  leaf: BalanceLeaf | undefined,
  nanoPerUnit: bigint,
): Promise<Owed> {
  const known = (await read("accountOf", [account])) as Record<"deposited" | "withdrawn" | "index", bigint>;
  const { deposited, withdrawn } = known;
  const nano = (deposited - withdrawn) * nanoPerUnit + (leaf?.credit ?? 0n) - (leaf?.debit ?? 0n);
  const named = leaf === undefined || leaf.account.toLowerCase() === account.toLowerCase();
  return { nano, sound: named && nano >= 0n && known.index === BigInt(index) };
}
