import { type ChildService, startChild } from "@commonwatt/vpp-core";
import type { DevChainInit, DevChainReady } from "./dev-chain-process.ts";

/** Chain id of the development chain: anvil's own. */
export const DEV_CHAIN_ID = 31_337;

/** A development chain of our own. */
export interface DevChain {
  readonly rpcUrl: string;
  /** Process id of anvil at the start; another one after anvil had to be started again. */
  readonly anvilProcessId: number;
  /** Writes the chain's state and ends it. */
  stop(): Promise<void>;
}

/**
 * Starts an EVM node (anvil) in a process of its own that keeps the chain in `directory`. It ends with us
 * even when we are killed, writing its state first; anvil is started again, on the same port, when it
 * dies alone.
 * @throws CommonwattError `PROCESS_START_FAILED`.
 */
export async function startDevChain(directory: string): Promise<DevChain> {
  const child: ChildService<DevChainReady> = await startChild<DevChainInit, DevChainReady>(
    "development chain",
    new URL("./dev-chain-process.ts", import.meta.url),
    { directory, chainId: DEV_CHAIN_ID },
  );
  return { ...child.ready, stop: () => child.stop() };
}
