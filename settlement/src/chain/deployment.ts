import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { chainError } from "./chain-error.ts";
import { deploymentData, ESCROW, TOKEN } from "./contracts.ts";
import type { Outbox } from "./outbox.ts";
import type { ChainSigner } from "./signer.ts";

/** Where the contracts are. */
export interface Deployment {
  readonly chainId: number;
  readonly token: Account;
  readonly escrow: Account;
  /** Block of the escrow's deployment. */
  readonly block: number;
}

/** What an escrow is deployed with. */
export interface DeploymentTerms {
  readonly community: Hex;
  readonly operator: ChainSigner;
  readonly challengeWindowSeconds: number;
  readonly withdrawalDelaySeconds: number;
  readonly minimumBond: bigint;
}

/** What a deployment needs. */
export interface DeploymentContext {
  readonly directory: string;
  readonly chainId: number;
  readonly rpc: JsonRpcProvider;
  readonly outbox: Outbox;
  /** Whether the chain is a development chain, where lost contracts may be deployed again. */
  readonly replaceable: boolean;
}

/**
 * Finds the contracts that the manifest names, or deploys them: token, then escrow, as the operator's
 * first chain transactions, so that a fresh development chain gets them at the same addresses again.
 * @throws CommonwattError `ESCROW_OTHER_CHAIN` when the manifest is of another chain, `ESCROW_MISSING`
 * when its escrow is not on this one.
 */
export async function ensureDeployment(
  context: DeploymentContext,
  terms: DeploymentTerms,
): Promise<Deployment> {
  const { directory, chainId, rpc, replaceable } = context;
  const known = await readManifest(directory);
  if (known !== null) {
    if (known.chainId !== chainId) {
      throw new CommonwattError(
        "ESCROW_OTHER_CHAIN",
        `${manifestPath(directory)} names chain ${known.chainId}, but the node serves chain ${chainId}`,
      );
    }
    if ((await hasCode(rpc, known.token)) && (await hasCode(rpc, known.escrow))) return known;
    if (!replaceable) {
      throw new CommonwattError(
        "ESCROW_MISSING",
        `there is no escrow at ${known.escrow} on chain ${chainId}`,
      );
    }
  }
  const deployed = await deploy(context, terms);
  await writeManifest(directory, deployed);
  return deployed;
}

async function deploy({ chainId, outbox }: DeploymentContext, terms: DeploymentTerms): Promise<Deployment> {
  const { operator: sender } = terms;
  const create = async (key: string, data: Hex): Promise<{ address: Account; block: number }> => {
    const { receipt } = await outbox.submit({ key, sender, to: null, data, done: async () => false });
    if (receipt === null || receipt.contractAddress === null) {
      throw new CommonwattError("ESCROW_MISSING", `${key} left no contract behind`);
    }
    return { address: receipt.contractAddress, block: receipt.blockNumber };
  };
  const token = await create("deploy:token", deploymentData(TOKEN, ["Commonwatt Euro", "CWE"]));
  const escrow = await create(
    "deploy:escrow",
    deploymentData(ESCROW, [
      token.address,
      terms.community,
      sender.account,
      terms.challengeWindowSeconds,
      terms.withdrawalDelaySeconds,
      terms.minimumBond,
    ]),
  );
  return { chainId, token: token.address, escrow: escrow.address, block: escrow.block };
}

function manifestPath(directory: string): string {
  return join(directory, "deployment.json");
}

/** The contracts of a rail that has used `directory`, or `null`. */
export async function readManifest(directory: string): Promise<Deployment | null> {
  try {
    return JSON.parse(await readFile(manifestPath(directory), "utf8")) as Deployment;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Writes beside and renames, so that a crash leaves the old manifest or the new one. */
async function writeManifest(directory: string, deployment: Deployment): Promise<void> {
  const path = manifestPath(directory);
  await writeFile(`${path}.new`, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

async function hasCode(rpc: JsonRpcProvider, address: Account): Promise<boolean> {
  try {
    return (await rpc.getCode(address)) !== "0x";
  } catch (error) {
    throw chainError(error, `looking for the contract at ${address}`);
  }
}
