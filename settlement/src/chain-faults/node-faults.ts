import type { Account } from "@commonwatt/vpp-core";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "../chain/rpc.ts";

const REORG_BLOCKS = 3;
const REORG_WAIT_MS = 6_000;
const POLL_MS = 20;
const STUCK_MS = 1_500;
const SPIKE_MS = 1_500;
const WEI_PER_GWEI = 1_000_000_000n;
/** Empty blocks after which a doubled fee is back where it was: it falls by an eighth in each. */
const BLOCKS_TO_CALM = 60;

/**
 * The last three blocks never happened; others without their chain transactions stand in their place. A node
 * that was started from its file can only take back what came since: then waits for as many blocks.
 */
export async function reorganise(rpc: JsonRpcProvider): Promise<boolean> {
  const from = await rpc.getBlockNumber();
  const deadlineMs = systemClock.now() + REORG_WAIT_MS;
  while (systemClock.now() < deadlineMs) {
    const isDone = await rpc.send("anvil_reorg", [REORG_BLOCKS, []]).then(
      () => true,
      () => false,
    );
    if (isDone) return true;
    while ((await rpc.getBlockNumber()) < from + REORG_BLOCKS && systemClock.now() < deadlineMs) {
      await sleep(systemClock, durationMs(POLL_MS));
    }
  }
  return false;
}

/** Gas costs more than the operator's cap allows, for a while. */
export async function feeSpike(rpc: JsonRpcProvider, gwei: number): Promise<void> {
  const fee = BigInt(gwei) * WEI_PER_GWEI;
  await rpc.send("anvil_setNextBlockBaseFeePerGas", [`0x${fee.toString(16)}`]);
  await rpc.send("anvil_mine", ["0x1"]);
  await sleep(systemClock, durationMs(SPIKE_MS));
  await rpc.send("anvil_mine", [`0x${BLOCKS_TO_CALM.toString(16)}`]);
}

/**
 * No blocks for a while, and a chain transaction under the operator's next nonce that nobody knows of and
 * that offers more than the operator's own: what the operator signs then can't be used.
 */
export async function stuckNonce(rpc: JsonRpcProvider, operator: Account): Promise<void> {
  await rpc.send("evm_setAutomine", [false]);
  try {
    await rpc.send("anvil_impersonateAccount", [operator]);
    const fee = `0x${(1_000n * WEI_PER_GWEI).toString(16)}`;
    const fees = { maxFeePerGas: fee, maxPriorityFeePerGas: fee };
    await rpc.send("eth_sendTransaction", [
      { from: operator, to: operator, value: "0x0", gas: "0x5208", ...fees },
    ]);
    await sleep(systemClock, durationMs(STUCK_MS));
    await rpc.send("anvil_stopImpersonatingAccount", [operator]);
  } finally {
    await rpc.send("anvil_mine", ["0x1"]);
    await rpc.send("evm_setAutomine", [true]);
  }
}

/** No blocks by themselves any more, or one for each chain transaction again. */
export async function mineByHand(rpc: JsonRpcProvider, isByHand: boolean): Promise<void> {
  await rpc.send("evm_setAutomine", [!isByHand]);
  if (!isByHand) await rpc.send("anvil_mine", ["0x1"]);
}
