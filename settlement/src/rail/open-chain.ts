import { join } from "node:path";
import {
  CommonwattError,
  durationMs,
  messageOf,
  type RailContext,
  type RailSite,
  sleep,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { isUnreachable } from "../chain/chain-error.ts";
import { courtReader } from "../chain/court-reader.ts";
import { ensureDeployment } from "../chain/deployment.ts";
import { type DevChain, startDevChain } from "../chain/dev-chain.ts";
import { chainIdOfAny, endpointName } from "../chain/endpoints.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { finalReader } from "../chain/final-reader.ts";
import { fundGas } from "../chain/gas.ts";
import { keptKey, signerFrom } from "../chain/key-source.ts";
import { type Deployment, manifestPath } from "../chain/manifest.ts";
import { createOutbox } from "../chain/outbox.ts";
import { patience } from "../chain/patience.ts";
import { registryReader } from "../chain/registry-reader.ts";
import { connectRpc } from "../chain/rpc.ts";
import { accountOfKey, type ChainSigner, keySigner } from "../chain/signer.ts";
import { ensureBond, openAccounts } from "./account-setup.ts";
import { termsFor } from "./deployment-terms.ts";
import type { EscrowLink } from "./escrow-link.ts";
import type { EscrowOptions, EscrowTermsWanted } from "./escrow-options.ts";
import { followInbox } from "./follow-inbox.ts";
import { registerSites } from "./register-sites.ts";

/** How long a configured node may be silent at the start before it counts as wrongly configured. */
const FIRST_ANSWER_MS = 30_000;
const ASK_AGAIN_MS = 500;
/** A chain with our contracts on it. */
export interface OpenChain {
  readonly link: EscrowLink;
  readonly rpc: JsonRpcProvider;
  /** Where a development chain of our own answers; `null` for any other. */
  readonly nodeUrl: string | null;
  /** Puts contracts, bond and accounts back where the chain has lost them; changes nothing otherwise. */
  readonly repair: () => Promise<void>;
  close(): Promise<void>;
}

/** Starts or reaches the chain and gets contracts, bond and accounts ready. */
export async function openChain(
  context: RailContext,
  options: EscrowOptions,
  wanted: EscrowTermsWanted,
  signal: AbortSignal,
): Promise<OpenChain> {
  const devChain = wanted.rpcUrls === null ? await startDevChain(context.directory) : null;
  let rpc: JsonRpcProvider | null = null;
  const close = async (): Promise<void> => {
    rpc?.destroy();
    await devChain?.stop();
  };
  try {
    const rpcUrls = wanted.rpcUrls ?? [devChain?.rpcUrl ?? ""];
    const chainId = await firstAnswer(context, rpcUrls, signal);
    rpc = connectRpc(rpcUrls, chainId);
    const { link, repair } = await prepare(context, options, wanted, rpc, chainId, devChain, signal);
    return { link, rpc, nodeUrl: devChain?.rpcUrl ?? null, repair, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepare(
  context: RailContext,
  options: EscrowOptions,
  wanted: EscrowTermsWanted,
  rpc: JsonRpcProvider,
  chainId: number,
  devChain: DevChain | null,
  signal: AbortSignal,
): Promise<Pick<OpenChain, "link" | "repair">> {
  const { wallClock, logger, emit, directory } = context;
  const operator = await operatorOf(options, directory);
  const sites = context.sites.map(checkedSite);
  const patient = patience({ wallClock, logger, emit, signal });
  const { feeCapWei } = wanted;
  const store = context.outbox;
  const outbox = createOutbox({ rpc, store, patience: patient, wallClock, logger, signal, feeCapWei });
  const terms = termsFor(context, wanted, operator.account);
  const deploy = async (): Promise<Deployment> => {
    const everybody = [operator.account, ...sites.map(({ account }) => account)];
    await patient.until(() => fundGas(rpc, everybody));
    const replaceable = devChain !== null;
    const manifest = options.deployment ?? manifestPath(directory);
    return patient.until(() =>
      ensureDeployment({ manifest, chainId, rpc, outbox, operator, token: null, replaceable }, terms),
    );
  };
  const deployment = await deploy();
  if (deployment.terms.community !== terms.community) {
    throw new CommonwattError(
      "ESCROW_OTHER_COMMUNITY",
      `the escrow at ${deployment.escrow} is not that of community ${context.community}`,
    );
  }
  const escrow = escrowReader(rpc, deployment);
  const { depositPerSite } = wanted;
  const registry = registryReader(rpc, deployment);
  const final = finalReader(rpc, deployment, wanted.finality);
  const link: EscrowLink = {
    ...{ deployment, escrow, court: courtReader(rpc, deployment), registry, final },
    inbox: followInbox({ rpc, deployment, final, registry }),
    ...{ outbox, patience: patient, operator, sites, depositPerSite },
    nanoPerUnit: await patient.until(() => escrow.nanoPerUnit()),
    ...{ wallClock, logger, emit, signal },
  };
  const openBooks = async (): Promise<void> => {
    await ensureBond(link);
    await Promise.all([registerSites(link), openAccounts(link)]);
  };
  await openBooks();
  const repair = async (): Promise<void> => {
    const again = await deploy();
    if (again.escrow !== deployment.escrow) {
      throw new CommonwattError(
        "ESCROW_MISSING",
        `the escrow at ${deployment.escrow} is gone: restart the rail`,
      );
    }
    await openBooks();
  };
  return { link, repair };
}

/** Asks for the chain's id until it is told or time is up; says once that nobody answers, and once that somebody does. */
async function firstAnswer(
  context: RailContext,
  rpcUrls: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { wallClock, logger, emit } = context;
  const deadlineMs = wallClock.now() + FIRST_ANSWER_MS;
  for (let told = false; ; told = true) {
    try {
      const chainId = await chainIdOfAny(rpcUrls);
      if (told) emit({ kind: "reachable" });
      return chainId;
    } catch (error) {
      if (!isUnreachable(error) || wallClock.now() > deadlineMs) throw error;
      if (!told) {
        logger.warn({ nodes: rpcUrls.map(endpointName) }, "the chain does not answer yet; trying again");
        emit({ kind: "unreachable", message: messageOf(error) });
      }
      await sleep(wallClock, durationMs(ASK_AGAIN_MS), signal);
    }
  }
}

async function operatorOf({ operator }: EscrowOptions, directory: string): Promise<ChainSigner> {
  if (operator !== undefined) return signerFrom(operator);
  return keySigner(await keptKey(join(directory, "operator.key")));
}

function checkedSite(site: RailSite): RailSite {
  const account = accountOfKey(site.ownerKey);
  if (account.toLowerCase() === site.account.toLowerCase()) return { ...site, account };
  throw new CommonwattError(
    "SITE_ACCOUNT_WRONG",
    `${site.id}: account ${site.account} is not its owner key's`,
  );
}
