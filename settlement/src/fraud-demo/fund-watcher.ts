import { CommonwattError, durationMs, type Hex, sleep, systemClock } from "@commonwatt/vpp-core";
import { mintData } from "../chain/court-calls.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { fundGas } from "../chain/gas.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { connectRpc } from "../chain/rpc.ts";
import { accountOfKey } from "../chain/signer.ts";

const POLL_MS = 50;

/** Gives a watcher gas and the bond of one question, on the development chain of a rail's folder. */
export async function fundWatcher(rpcUrl: string, directory: string, key: Hex): Promise<void> {
  const deployment = await readManifest(manifestPath(directory));
  if (deployment === null) throw new CommonwattError("DEMO_NO_CHAIN", `there is no manifest in ${directory}`);
  const { token, terms } = deployment;
  const account = accountOfKey(key);
  const rpc = connectRpc(rpcUrl, DEV_CHAIN_ID);
  try {
    await fundGas(rpc, [account]);
    await rpc.send("anvil_impersonateAccount", [terms.operator]);
    const data = mintData(account, terms.demandBond);
    await rpc.send("eth_sendTransaction", [{ from: terms.operator, to: token, data }]);
    const reader = escrowReader(rpc, deployment);
    while ((await reader.tokenBalance(account)) < terms.demandBond)
      await sleep(systemClock, durationMs(POLL_MS));
    await rpc.send("anvil_stopImpersonatingAccount", [terms.operator]);
  } finally {
    rpc.destroy();
  }
}
