import { readFile, writeFile } from "node:fs/promises";
import {
  type Account,
  CommonwattError,
  type Hex,
  messageOf,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { COURT, ESCROW, readContract } from "../chain/contracts.ts";
import { committedArgument } from "../chain/court-calls.ts";
import { type FastWithdrawal, signFastWithdrawal } from "../chain/fast-withdrawal.ts";
import { keyFrom } from "../chain/key-source.ts";
import { accountOfKey } from "../chain/signer.ts";
import { latestLeaf, pendingDebit } from "../watch/latest-leaf.ts";
import { type ChainSession, inSession, type SessionOptions } from "./chain-session.ts";
import { amountFrom, amountText } from "./escrow-amount.ts";
import { addressOf, keySourceOf, type Program } from "./key-options.ts";

const SECONDS_MAX = 365 * 24 * 3_600;

interface AgreeOptions extends SessionOptions {
  readonly of: string;
  readonly amount: string;
  readonly recipient?: string;
  readonly valid: number;
  readonly out: string;
}

/** An agreement as it is handed over: amounts and times as decimal texts. */
interface Agreement {
  readonly escrow: Account;
  readonly account: Account;
  readonly recipient: Account;
  readonly amount: string;
  readonly deadline: string;
  readonly signature: Hex;
}

/** Adds `escrow agree` for operators and `escrow fast-exit` for homes: money at once, if both want it. */
export function registerFastExit(add: (name: string, summary: string) => Program): void {
  add("agree", "as the operator, let an account take money out at once")
    .requiredOption("--of <address>", "the account")
    .requiredOption("--amount <units>", "how much, e.g. 12.5")
    .option("--recipient <address>", "who is paid (the account itself)")
    .option("--valid <seconds>", "how long the agreement is good", wholeNumber(1, SECONDS_MAX), 3_600)
    .option("--out <file>", "where the agreement is written", "agreement.json")
    .action((options: AgreeOptions) => inSession(options, (session) => agree(session, options)));
  add("fast-exit", "take money out at once, with the operator's agreement")
    .option("--agreement <file>", "what the operator handed over", "agreement.json")
    .action((options: SessionOptions & { readonly agreement: string }) =>
      inSession(options, (session) => fastExit(session, options.agreement)),
    );
}

/**
 * What of its money the account owes in batches that are not final yet stays. What is not committed yet only the
 * operator knows.
 */
async function agree(session: ChainSession, options: AgreeOptions) {
  const { rpc, deployment, escrow } = session;
  const key = await operatorKey(options);
  const operator = (await readContract(rpc, COURT, deployment.court, "operator")) as Account;
  if (accountOfKey(key) !== operator) {
    throw new CommonwattError(
      "KEY_INVALID",
      `the key is that of ${accountOfKey(key)}, the operator is ${operator}`,
    );
  }
  const account = addressOf("--of", options.of);
  const recipient = options.recipient === undefined ? account : addressOf("--recipient", options.recipient);
  const nano = await escrow.nanoPerUnit();
  const amount = amountFrom(options.amount, nano);
  await requireSpare(session, account, amount);
  const nonce = (await readContract(rpc, ESCROW, deployment.escrow, "nonces", [account])) as bigint;
  const deadline = BigInt(Math.floor(systemClock.now() / 1_000) + options.valid);
  const withdrawal: FastWithdrawal = { account, recipient, amount, nonce, deadline };
  const signature = await signFastWithdrawal(deployment, withdrawal, key);
  const agreement: Agreement = {
    ...{ escrow: deployment.escrow, account, recipient },
    ...{ amount: amount.toString(), deadline: deadline.toString(), signature },
  };
  await writeFile(options.out, `${JSON.stringify(agreement, null, 2)}\n`);
  const words = `${options.out} lets ${account} take ${amountText(amount, nano)} out at once; count it as gone, also for what is traded and not committed yet`;
  return { words, agreement: options.out, account, amount };
}

/** Refuses to let more out than every pending batch leaves: with less there, such a batch could be taken back. */
async function requireSpare(
  { rpc, court, sources, escrow }: ChainSession,
  account: Account,
  amount: bigint,
): Promise<void> {
  const owed = await pendingDebit(rpc, court, sources, account);
  if (owed === null) return;
  const nano = await escrow.nanoPerUnit();
  const { deposited, withdrawn } = await escrow.funds(account);
  const spareNano = (deposited - withdrawn) * nano - owed;
  if (spareNano >= amount * nano) return;
  const spare = spareNano < 0n ? 0n : spareNano / nano;
  throw new CommonwattError(
    "ESCROW_ACCOUNT_SHORT",
    `${account} can take out ${amountText(spare, nano)} at most until batches that are pending are final`,
    { details: { account, spare: spare.toString() } },
  );
}

async function operatorKey(options: AgreeOptions): Promise<Hex> {
  const source = keySourceOf(options);
  if (source !== null && !("signerUrl" in source)) return keyFrom(source);
  throw new CommonwattError(
    "USAGE_KEY",
    "an agreement is signed with the operator's key: --key-env or --key-file",
  );
}

async function fastExit(session: ChainSession, path: string) {
  const { rpc, court, sources, deployment, escrow } = session;
  const agreement = await readAgreement(path);
  const { account, recipient, amount, deadline, signature } = agreement;
  if (agreement.escrow !== deployment.escrow || account !== session.account()) {
    throw new CommonwattError(
      "USAGE_AGREEMENT",
      `${path} is for ${account} in the escrow ${agreement.escrow}`,
    );
  }
  const { latest, proof } = await latestLeaf(rpc, court, sources, account);
  const args = [BigInt(amount), recipient, BigInt(deadline), committedArgument(latest), proof, signature];
  const { transactionHash } = await session.call(ESCROW, deployment.escrow, "withdrawFast", args);
  const text = amountText(BigInt(amount), await escrow.nanoPerUnit());
  return { words: `paid ${text} to ${recipient}`, account, paid: BigInt(amount), recipient, transactionHash };
}

async function readAgreement(path: string): Promise<Agreement> {
  try {
    const found = JSON.parse(await readFile(path, "utf8")) as Agreement;
    if (!/^0x[0-9a-f]{130}$/i.test(found.signature)) throw new Error("it has no signature");
    return { ...found, amount: BigInt(found.amount).toString(), deadline: BigInt(found.deadline).toString() };
  } catch (cause) {
    throw new CommonwattError("USAGE_AGREEMENT", `${path} is no agreement: ${messageOf(cause)}`, { cause });
  }
}
