import type { Account } from "@commonwatt/vpp-core";
import { COURT, ESCROW, readContract } from "../chain/contracts.ts";
import { committedArgument } from "../chain/court-calls.ts";
import { withdrawnAmount } from "../chain/escrow-calls.ts";
import { batchOnChain, latestLeaf, oldestOnChain } from "../watch/latest-leaf.ts";
import { type ChainSession, inSession, type SessionOptions, withSessionOptions } from "./chain-session.ts";
import { amountFrom, amountText } from "./escrow-amount.ts";
import { registerFastExit } from "./fast-exit-command.ts";
import { addressOf, type Program } from "./key-options.ts";

/** More than any account has: what is there when it is paid. */
const ALL = 2n ** 96n - 1n;

interface AccountOptions extends SessionOptions {
  readonly account?: string;
}

interface RequestOptions extends SessionOptions {
  readonly amount?: string;
  readonly recipient?: string;
}

interface WithdrawOptions extends SessionOptions {
  readonly of?: string;
  readonly recorded?: boolean;
}

/** Adds `commonwatt escrow …`: what people do with their money in the escrow, with the operator or without it. */
export function registerEscrow(program: Program): void {
  const escrow = program
    .command("escrow")
    .description("see an account, take money out, leave a community whose operator is gone");
  const add = (name: string, summary: string): Program =>
    withSessionOptions(escrow.command(name).summary(summary).description(`${summary}.`));
  add("status", "what an account has, and how far the court is")
    .requiredOption("--of <address>", "the account")
    .action((options: SessionOptions & { readonly of: string }) =>
      inSession(options, (session) => status(session, addressOf("--of", options.of))),
    );
  add("request", "ask for money; it is due after the withdrawal delay")
    .option("--amount <units>", "how much, e.g. 12.5 (all there is)")
    .option("--recipient <address>", "who is paid (the account itself)")
    .action((options: RequestOptions) => inSession(options, (session) => request(session, options)));
  add("cancel", "call a request off").action((options: AccountOptions) => inSession(options, cancel));
  add("withdraw", "pay a request that is due; anybody may")
    .option("--of <address>", "whose request (that of the key)")
    .option("--recorded", "without an archive, twice the delay after the request: from the recorded balance")
    .action((options: WithdrawOptions) => inSession(options, (session) => withdraw(session, options)));
  registerFastExit(add);
  add("claim-fees", "pay the operator its fees of final batches")
    .option("--recipient <address>", "who is paid (the operator)")
    .action((options: RequestOptions) => inSession(options, (session) => claimFees(session, options)));
  add("finalize", "make every batch final against which nothing can be brought any more; anybody may").action(
    (options: SessionOptions) => inSession(options, finalize),
  );
  add("freeze", "end a court whose operator has been silent for too long; anybody may").action(
    (options: SessionOptions) => inSession(options, freeze),
  );
}

async function status({ rpc, deployment, court, escrow }: ChainSession, account: Account) {
  const nano = await escrow.nanoPerUnit();
  const funds = await escrow.funds(account);
  const { head, finalNumber } = await court.progress();
  const recorded = await escrow.settledNumber(account);
  const balance = (await readContract(rpc, ESCROW, deployment.escrow, "balanceOf", [account])) as bigint;
  const isFrozen = (await readContract(rpc, COURT, deployment.court, "isFrozen")) as boolean;
  const dueAt = funds.requested === 0n ? null : time(funds.requestedAtSeconds + delayOf(deployment));
  const asked = funds.requested >= ALL ? "all there is" : amountText(funds.requested, nano);
  const words = funds.exists
    ? [
        `${account} has ${amountText(balance, nano)}, as of batch ${recorded}`,
        `deposited ${amountText(funds.deposited, nano)}, withdrawn ${amountText(funds.withdrawn, nano)}`,
        dueAt === null ? "no withdrawal under way" : `${asked} asked for, due from ${dueAt} on`,
        `the court has ${head} batches, ${finalNumber} of them final${isFrozen ? ", and is frozen" : ""}`,
      ].join("\n")
    : `${account} never had a deposit here`;
  const { exists, deposited, withdrawn, requested } = funds;
  return {
    words,
    account,
    exists,
    balance,
    deposited,
    withdrawn,
    requested,
    dueAt,
    head,
    finalNumber,
    isFrozen,
  };
}

async function request(session: ChainSession, { amount, recipient }: RequestOptions) {
  const { deployment, escrow } = session;
  const nano = await escrow.nanoPerUnit();
  const to = recipient === undefined ? session.account() : addressOf("--recipient", recipient);
  const wanted = amount === undefined ? ALL : amountFrom(amount, nano);
  const receipt = await session.call(ESCROW, deployment.escrow, "requestWithdrawal", [wanted, to]);
  const { requestedAtSeconds } = await escrow.funds(session.account());
  const dueAt = time(requestedAtSeconds + delayOf(deployment));
  const what = amount === undefined ? "all there is" : amountText(wanted, nano);
  return {
    words: `asked for ${what}; due from ${dueAt} on: commonwatt escrow withdraw`,
    ...{ dueAt, recipient: to, transactionHash: receipt.transactionHash },
  };
}

async function cancel(session: ChainSession) {
  const { escrow } = session.deployment;
  const { transactionHash } = await session.call(ESCROW, escrow, "cancelWithdrawal", []);
  return { words: "the request is called off", transactionHash };
}

async function withdraw(session: ChainSession, { of, recorded }: WithdrawOptions) {
  const { rpc, court, sources, deployment, escrow } = session;
  const account = of === undefined ? session.account() : addressOf("--of", of);
  const pending = committedArgument(await oldestOnChain(rpc, court));
  const isRecorded = recorded === true;
  const args = isRecorded ? [account, pending] : await provedArguments();
  const name = isRecorded ? "withdrawRecorded" : "withdraw";
  const receipt = await session.call(ESCROW, deployment.escrow, name, args);
  const paid = withdrawnAmount(receipt);
  const text = amountText(paid, await escrow.nanoPerUnit());
  return {
    words: `paid ${text} to ${account}'s recipient`,
    account,
    paid,
    transactionHash: receipt.transactionHash,
  };

  async function provedArguments(): Promise<readonly unknown[]> {
    const { latest, proof } = await latestLeaf(rpc, court, sources, account);
    return [account, committedArgument(latest), proof, pending];
  }
}

async function claimFees(session: ChainSession, { recipient }: RequestOptions) {
  const { deployment, escrow, rpc } = session;
  const to = recipient === undefined ? session.account() : addressOf("--recipient", recipient);
  const paid = (await readContract(rpc, ESCROW, deployment.escrow, "feesOwed")) as bigint;
  const { transactionHash } = await session.call(ESCROW, deployment.escrow, "claimFees", [to]);
  const text = amountText(paid, await escrow.nanoPerUnit());
  return { words: `paid fees of ${text} to ${to}`, paid, recipient: to, transactionHash };
}

async function finalize(session: ChainSession) {
  const { rpc, court, deployment } = session;
  const { head, finalNumber } = await court.progress();
  const numbers: number[] = [];
  let waiting: string | null = null;
  for (let number = finalNumber + 1; number <= head && waiting === null; number++) {
    const batch = await batchOnChain(rpc, court, number);
    const at = await court.finalizableAt(batch);
    const now = (await rpc.getBlock("latest"))?.timestamp ?? 0;
    if (at === null) waiting = `somebody waits to be shown a leaf of batch ${number}`;
    else if (at > now) waiting = `batch ${number} can be challenged until ${time(at)}`;
    else {
      await session.call(COURT, deployment.court, "finalize", [committedArgument(batch)]);
      numbers.push(number);
    }
  }
  const done = numbers.length === 0 ? "no batch was made final" : `batches ${numbers.join(", ")} are final`;
  return { words: waiting === null ? done : `${done}; ${waiting}`, numbers, waiting };
}

async function freeze(session: ChainSession) {
  const { rpc, court, deployment } = session;
  const { head } = await court.progress();
  const latest = committedArgument(await batchOnChain(rpc, court, head));
  const { transactionHash } = await session.call(COURT, deployment.court, "freeze", [latest]);
  const words =
    "the court is frozen: nothing is committed any more. Now commonwatt escrow finalize, request and withdraw";
  return { words, head, transactionHash };
}

function delayOf({ terms }: ChainSession["deployment"]): number {
  return terms.withdrawalDelaySeconds;
}

function time(seconds: number): string {
  return new Date(1_000 * seconds).toISOString();
}
