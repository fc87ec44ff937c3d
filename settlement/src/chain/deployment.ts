import { type Account, CommonwattError, type Hex, isCommonwattError } from "@commonwatt/vpp-core";
import { getCreateAddress, type JsonRpcProvider, ZeroAddress } from "ethers";
import { chainError } from "./chain-error.ts";
import { COURT, deploymentData, ESCROW, JUDGES, REGISTRY, readContract, TOKEN } from "./contracts.ts";
import { type Deployment, type DeploymentTerms, readManifest, writeManifest } from "./manifest.ts";
import type { Outbox } from "./outbox.ts";
import { nonceOf } from "./rpc.ts";
import type { ChainSigner } from "./signer.ts";

/** How often court and escrow are deployed before somebody has to see who else uses the key. */
const MOST_PAIRS = 5;

/** What a deployment needs. */
export interface DeploymentContext {
  /** Path of the manifest. */
  readonly manifest: string;
  readonly chainId: number;
  readonly rpc: JsonRpcProvider;
  readonly outbox: Outbox;
  readonly operator: ChainSigner;
  /** A token that is on the chain already; `null` deploys one of our own, which anybody can mint. */
  readonly token: Account | null;
  /** Whether the chain is a development chain, where lost contracts may be deployed again. */
  readonly replaceable: boolean;
}

/** A contract that has just been deployed. */
interface Created {
  readonly address: Account;
  readonly block: number;
}

/**
 * Finds the contracts that the manifest names, or deploys them as the operator's first chain transactions,
 * so that a fresh development chain gets them at the same addresses again.
 * @throws CommonwattError `ESCROW_OTHER_CHAIN` when the manifest is of another chain, `ESCROW_MISSING`
 * when a contract of it is not on this one, `DEPLOYMENT_DIFFERS` when its court says something else.
 */
export async function ensureDeployment(
  context: DeploymentContext,
  terms: DeploymentTerms,
): Promise<Deployment> {
  const path = context.manifest;
  const known = await readManifest(path);
  if (known !== null) {
    const missing = await missingContract(context.rpc, context.chainId, known);
    if (missing === null) {
      await checkTerms(context.rpc, known);
      return known;
    }
    if (!context.replaceable) throw missing;
  }
  const deployed = await deploy(context, terms);
  await writeManifest(path, deployed);
  return deployed;
}

/**
 * Makes sure that a manifest's contracts are on the chain and that its court has the manifest's terms.
 * @throws CommonwattError as {@link ensureDeployment}.
 */
export async function checkDeployment(
  rpc: JsonRpcProvider,
  chainId: number,
  deployment: Deployment,
): Promise<void> {
  const missing = await missingContract(rpc, chainId, deployment);
  if (missing !== null) throw missing;
  await checkTerms(rpc, deployment);
}

async function missingContract(
  rpc: JsonRpcProvider,
  chainId: number,
  known: Deployment,
): Promise<CommonwattError | null> {
  if (known.chainId !== chainId) {
    throw new CommonwattError(
      "ESCROW_OTHER_CHAIN",
      `the manifest names chain ${known.chainId}, but the node serves chain ${chainId}`,
    );
  }
  const { token, registry, court, escrow, judges } = known;
  for (const [name, address] of Object.entries({ token, registry, court, escrow, ...judges })) {
    if (await hasCode(rpc, address)) continue;
    return new CommonwattError("ESCROW_MISSING", `there is no ${name} at ${address} on chain ${chainId}`);
  }
  return null;
}

/** Holds the court's own word against the manifest. */
async function checkTerms(rpc: JsonRpcProvider, { court, escrow, judges, terms }: Deployment): Promise<void> {
  const expected: Readonly<Record<string, bigint | string>> = {
    community: terms.community,
    escrow,
    challengeWindow: BigInt(terms.challengeWindowSeconds),
    responseTime: BigInt(terms.responseSeconds),
    withdrawalDelay: BigInt(terms.withdrawalDelaySeconds),
    minimumBond: terms.minimumBond,
  };
  const differs = (name: string, found: unknown, wanted: unknown): CommonwattError =>
    new CommonwattError(
      "DEPLOYMENT_DIFFERS",
      `the court at ${court} has ${name} ${String(found)}, the manifest ${String(wanted)}`,
      { details: { name } },
    );
  for (const [name, wanted] of Object.entries(expected)) {
    const found = (await readContract(rpc, COURT, court, name).catch((error: unknown) => {
      // Whatever is there, it is no court.
      throw isCommonwattError(error, "CHAIN_CALL_REVERTED")
        ? differs(name, "nothing to say of", wanted)
        : error;
    })) as bigint | string;
    if (found !== wanted) throw differs(name, found, wanted);
  }
  for (const [name, address] of Object.entries(judges)) {
    if ((await readContract(rpc, COURT, court, "isJudge", [address])) !== true) {
      throw differs(name, "no judge", address);
    }
  }
}

async function deploy(context: DeploymentContext, terms: DeploymentTerms): Promise<Deployment> {
  const { chainId, outbox, operator: sender } = context;
  const create = async (key: string, data: Hex): Promise<Created> => {
    const { receipt } = await outbox.submit({ key, sender, to: null, data, done: async () => false });
    if (receipt === null || receipt.contractAddress === null) {
      throw new CommonwattError("ESCROW_MISSING", `${key} left no contract behind`);
    }
    return { address: receipt.contractAddress, block: receipt.blockNumber };
  };
  const token =
    context.token ??
    (await create("deploy:token", deploymentData(TOKEN, ["Commonwatt Euro", "CWE"]))).address;
  const registry = await create(
    "deploy:registry",
    deploymentData(REGISTRY, [sender.account, terms.noticeSeconds]),
  );
  const judges: [string, Account][] = [];
  for (const [name, judge] of Object.entries(JUDGES)) {
    const { address } = await create(`deploy:${name}`, deploymentData(judge, []));
    judges.push([name, address]);
  }
  const { court, escrow } = await deployPair(context, terms, create, token, registry.address, judges);
  return {
    ...{ chainId, block: registry.block, token, registry: registry.address },
    ...{ court, escrow, terms },
    judges: Object.fromEntries(judges),
  };
}

/**
 * Court and escrow name each other: the court is told where the escrow, which comes next, will be. When something else
 * took that place in between, neither can be used, and both are deployed once more.
 */
async function deployPair(
  { rpc, operator }: DeploymentContext,
  terms: DeploymentTerms,
  create: (key: string, data: Hex) => Promise<Created>,
  token: Account,
  registry: Account,
  judges: readonly (readonly [string, Account])[],
): Promise<{ readonly court: Account; readonly escrow: Account }> {
  const addressAfter = async (calls: number): Promise<Account> => {
    const nonce = (await nonceOf(rpc, operator.account)) + calls;
    return getCreateAddress({ from: operator.account, nonce }) as Account;
  };
  for (let attempt = 1; attempt <= MOST_PAIRS; attempt++) {
    const again = attempt === 1 ? "" : `:${attempt}`;
    const wanted = courtArguments(terms, token, registry, await addressAfter(1), judges);
    const { address: court } = await create(`deploy:court${again}`, deploymentData(COURT, [wanted]));
    const promised = (await readContract(rpc, COURT, court, "escrow")) as Account;
    if (promised !== (await addressAfter(0)) && !(await hasCode(rpc, promised))) continue;
    const escrow = await create(`deploy:escrow${again}`, deploymentData(ESCROW, [court]));
    return { court, escrow: escrow.address };
  }
  throw new CommonwattError(
    "ESCROW_MISSING",
    `something else uses the key of ${operator.account}: the escrow never came to where its court was told`,
    { retryable: true },
  );
}

function courtArguments(
  terms: DeploymentTerms,
  token: Account,
  registry: Account,
  escrow: string,
  judges: readonly (readonly [string, Account])[],
): object {
  return {
    ...{ community: terms.community, token, escrow, registry },
    ...{ rulesHash: terms.rulesHash, operator: terms.operator, ringSize: terms.ringSize },
    guardian: terms.guardian ?? ZeroAddress,
    governance: terms.governance ?? ZeroAddress,
    challengeWindow: terms.challengeWindowSeconds,
    responseTime: terms.responseSeconds,
    withdrawalDelay: terms.withdrawalDelaySeconds,
    silenceLimit: terms.silenceLimitSeconds,
    pauseLimit: terms.pauseLimitSeconds,
    ...{ minimumBond: terms.minimumBond, demandBond: terms.demandBond, demandLimit: terms.demandLimit },
    judges: judges.map(([, address]) => address),
  };
}

async function hasCode(rpc: JsonRpcProvider, address: Account): Promise<boolean> {
  try {
    return (await rpc.getCode(address)) !== "0x";
  } catch (error) {
    throw chainError(error, `looking for the contract at ${address}`);
  }
}
