import type { Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { type BatchHeader, clearingPriceWord, hashHeader } from "../batch/batch-header.ts";
import { chainError } from "./chain-error.ts";
import { COURT } from "./contracts.ts";
import type { BatchCommit } from "./court-reader.ts";

/**
 * The header of a commit as it stands in the chain transaction itself, so that nobody has to be asked for it;
 * `null` when it is not there in the form that our clients send.
 */
export async function committedHeader(
  rpc: JsonRpcProvider,
  { transactionHash, headerHash }: BatchCommit,
): Promise<BatchHeader | null> {
  const transaction = await rpc.getTransaction(transactionHash).catch((error: unknown) => {
    throw chainError(error, `reading chain transaction ${transactionHash}`);
  });
  const call = transaction === null ? null : COURT.abi.parseTransaction({ data: transaction.data });
  if (call?.name !== "commit") return null;
  const header = headerFrom(call.args[0] as Readonly<Record<string, Hex | bigint>>);
  return hashHeader(header) === headerHash ? header : null;
}

function headerFrom(fields: Readonly<Record<string, Hex | bigint>>): BatchHeader {
  const hash = (name: string): Hex => fields[name] as Hex;
  const number = (name: string): number => Number(fields[name]);
  const amount = (name: string): bigint => BigInt(fields[name] ?? 0n);
  const price = amount("clearingPrice");
  return {
    community: hash("community"),
    number: number("number"),
    previousHash: hash("previousHash"),
    intervalIndex: number("intervalIndex"),
    intervalStart: number("intervalStart"),
    intervalEnd: number("intervalEnd"),
    rulesHash: hash("rulesHash"),
    clearingPrice: price === clearingPriceWord(null) ? null : Number(price),
    ordersRoot: hash("ordersRoot"),
    orderCount: number("orderCount"),
    readingsRoot: hash("readingsRoot"),
    readingCount: number("readingCount"),
    fillsRoot: hash("fillsRoot"),
    fillCount: number("fillCount"),
    positionsRoot: hash("positionsRoot"),
    balancesRoot: hash("balancesRoot"),
    accountCount: number("accountCount"),
    creditTotal: amount("creditTotal"),
    debitTotal: amount("debitTotal"),
    feeTotal: amount("feeTotal"),
    archiveHash: hash("archiveHash"),
  };
}
