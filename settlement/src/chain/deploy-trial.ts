import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { getCreateAddress, type JsonRpcProvider, ZeroAddress } from "ethers";
import {
  COURT,
  type CompiledContract,
  callData,
  deploymentData,
  ESCROW,
  JUDGES,
  REGISTRY,
  TOKEN,
} from "./contracts.ts";
import { type Sent, sendRaw } from "./trial-chain.ts";

/** Commits the batches of a trial, and owns what it deploys. */
export const OPERATOR = `0x${"0a".repeat(20)}` as Account;
/** Challenges the batches of a trial. */
export const CHALLENGER = `0x${"0c".repeat(20)}` as Account;
/** How many headers the court of a trial remembers. */
export const RING_SIZE = 16;
const WEALTH = 10n ** 24n;
const BOND = 10n ** 12n;
const DEMAND_BOND = 1_000n;
/** How far ahead the register wants changes, in seconds. */
const NOTICE = 3_600;
/**
 * Seconds. A chain that goes back to a snapshot keeps its clock, so the window is long enough for any number of
 * questions, and a response is due at once. A withdrawal locks ten minutes after it was asked for.
 */
export const TERMS = {
  challengeWindow: 100_000_000,
  responseTime: 1,
  withdrawalDelay: 100_000_602,
  silenceLimit: 1_000_000_000,
};

/** Where the contracts of a trial are. */
interface TrialAddresses {
  readonly token: Account;
  readonly registry: Account;
  /** By name. */
  readonly judges: ReadonlyMap<string, Account>;
  readonly court: Account;
  readonly escrow: Account;
}

/** Sends from any account, without its key; fails unless it succeeds. */
export type TrialSend = (
  from: Account,
  contract: CompiledContract,
  name: string,
  args: readonly unknown[],
) => Promise<Sent>;

/** The contracts of a trial, and how they are called. */
export interface TrialContracts extends TrialAddresses {
  readonly send: TrialSend;
}

/** Deploys everything, with tokens for operator and challenger and the operator's bond in the court. */
export async function deployTrial(
  rpc: JsonRpcProvider,
  community: Hex,
  rulesHash: Hex,
): Promise<TrialContracts> {
  const addresses = await deployContracts(rpc, community, rulesHash);
  const send = sender(rpc, addresses);
  await handOutTokens(send, addresses);
  await send(OPERATOR, COURT, "depositBond", [BOND]);
  return { ...addresses, send };
}

async function deployContracts(
  rpc: JsonRpcProvider,
  community: Hex,
  rulesHash: Hex,
): Promise<TrialAddresses> {
  const token = await create(rpc, TOKEN, ["Trial", "TRY"]);
  const registry = await create(rpc, REGISTRY, [OPERATOR, NOTICE]);
  const judges = new Map<string, Account>();
  for (const [name, judge] of Object.entries(JUDGES)) judges.set(name, await create(rpc, judge, []));
  const nonce = Number(await rpc.send("eth_getTransactionCount", [OPERATOR, "latest"]));
  const escrow = getCreateAddress({ from: OPERATOR, nonce: nonce + 1 }) as Account;
  const court = await create(rpc, COURT, [
    {
      ...{ community, token, escrow, registry, rulesHash, operator: OPERATOR, ringSize: RING_SIZE },
      ...{ guardian: ZeroAddress, governance: ZeroAddress, ...TERMS, pauseLimit: 0 },
      ...{ minimumBond: BOND, demandBond: DEMAND_BOND, demandLimit: 8, judges: [...judges.values()] },
    },
  ]);
  await create(rpc, ESCROW, [court]);
  return { token, registry, judges, court, escrow };
}

async function create(
  rpc: JsonRpcProvider,
  contract: CompiledContract,
  args: readonly unknown[],
): Promise<Account> {
  const { contractAddress } = await sendRaw(rpc, { from: OPERATOR, data: deploymentData(contract, args) });
  if (contractAddress === null) throw new CommonwattError("ESCROW_MISSING", "nothing was deployed");
  return contractAddress;
}

function sender(rpc: JsonRpcProvider, { token, registry, court, escrow }: TrialAddresses): TrialSend {
  const address = new Map<CompiledContract, Account>([
    ...([
      [COURT, court],
      [ESCROW, escrow],
      [REGISTRY, registry],
      [TOKEN, token],
    ] as const),
  ]);
  return (from, contract, name, args) =>
    sendRaw(rpc, { from, to: address.get(contract) ?? court, data: callData(contract, name, args) });
}

async function handOutTokens(send: TrialSend, { court, escrow }: TrialAddresses): Promise<void> {
  for (const account of [OPERATOR, CHALLENGER]) {
    await send(OPERATOR, TOKEN, "mint", [account, WEALTH]);
    for (const spender of [court, escrow]) await send(account, TOKEN, "approve", [spender, WEALTH]);
  }
}
