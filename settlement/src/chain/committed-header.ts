import type { Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider, TransactionDescription } from "ethers";
import { type BatchHeader, clearingPriceWord, hashHeader } from "../batch/batch-header.ts";
import { shownNumber } from "../batch/shown-number.ts";
import { chainError, isUnreachable } from "./chain-error.ts";
import { COURT } from "./contracts.ts";
import type { BatchCommit } from "./court-reader.ts";

/**
 * The header of a commit as it stands in the chain transaction itself, so that nobody has to be asked for it: in what it
 * was sent with or, when a contract commits, in what that called the court with, which only a node that traces can tell.
 * `null` when it is in neither.
 */
export async function committedHeader(
  rpc: JsonRpcProvider,
  { transactionHash, headerHash }: BatchCommit,
): Promise<BatchHeader | null> {
  const transaction = await rpc.getTransaction(transactionHash).catch((error: unknown) => {
    throw chainError(error, `reading chain transaction ${transactionHash}`);
  });
  if (transaction === null) return null;
  const sent = headerIn(transaction.data, headerHash);
  if (sent !== null) return sent;
  for (const input of await callsWithin(rpc, transactionHash)) {
    const header = headerIn(input, headerHash);
    if (header !== null) return header;
  }
  return null;
}

/** The header in the data of a call, if it is a commit of the one with a hash. */
function headerIn(data: string, headerHash: Hex): BatchHeader | null {
  const call = parsed(data);
  if (call?.name !== "commit") return null;
  const header = headerFrom(call.args[0] as Readonly<Record<string, Hex | bigint>>);
  return hashHeader(header) === headerHash ? header : null;
}

function parsed(data: string): TransactionDescription | null {
  try {
    return COURT.abi.parseTransaction({ data });
  } catch {
    // It begins like one of the court's functions, and goes on otherwise.
    return null;
  }
}

/** A call as nodes trace it. */
interface TracedCall {
  readonly input?: string;
  readonly calls?: readonly TracedCall[];
}

/** What contracts called each other with in a chain transaction; nothing when the node does not trace. */
async function callsWithin(rpc: JsonRpcProvider, transactionHash: Hex): Promise<readonly string[]> {
  try {
    const options = { tracer: "callTracer" };
    const traced: TracedCall = await rpc.send("debug_traceTransaction", [transactionHash, options]);
    const open = [traced];
    const inputs: string[] = [];
    for (let call = open.pop(); call !== undefined; call = open.pop()) {
      inputs.push(call.input ?? "0x");
      open.push(...(call.calls ?? []));
    }
    return inputs;
  } catch (error) {
    if (isUnreachable(error)) throw chainError(error, `tracing chain transaction ${transactionHash}`);
    return [];
  }
}

function headerFrom(fields: Readonly<Record<string, Hex | bigint>>): BatchHeader {
  const hash = (name: string): Hex => fields[name] as Hex;
  const number = (name: string): number => shownNumber(amount(name));
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
    clearingPrice: price === clearingPriceWord(null) ? null : number("clearingPrice"),
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
