import { checkDeployment } from "../chain/deployment.ts";
import { chainIdOfAny } from "../chain/endpoints.ts";
import type { Deployment } from "../chain/manifest.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { findManifest, type ManifestPlaces } from "./find-manifest.ts";
import { rpcUrlsOf } from "./key-options.ts";

/** A chain with a community's contracts on it. */
export interface DeployedChain {
  readonly rpc: JsonRpcProvider;
  readonly chainId: number;
  readonly deployment: Deployment;
}

/**
 * Connects to the chain of a command's options, makes sure that what the manifest says is there, and lets go of
 * the chain when the work is done.
 * @throws CommonwattError `CHAIN_UNREACHABLE`, `USAGE_RPC`, and as `findManifest` and `checkDeployment` do.
 */
export async function onDeployedChain<Result>(
  options: ManifestPlaces & { readonly rpc: string },
  work: (chain: DeployedChain) => Promise<Result>,
): Promise<Result> {
  const rpcUrls = rpcUrlsOf(options.rpc);
  const chainId = await chainIdOfAny(rpcUrls);
  const rpc = connectRpc(rpcUrls, chainId);
  try {
    const deployment = await findManifest(options);
    await checkDeployment(rpc, chainId, deployment);
    return await work({ rpc, chainId, deployment });
  } finally {
    rpc.destroy();
  }
}
