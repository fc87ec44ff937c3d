import type { Account, Hex } from "@commonwatt/vpp-core";
import { type JsonRpcProvider, keccak256, Transaction, Wallet } from "ethers";
import { chainError } from "./chain-error.ts";

/** A call to a contract, or a deployment when `to` is `null`. */
export interface ContractCall {
  readonly to: string | null;
  readonly data: Hex;
}

/** A signed chain transaction. */
export interface SignedCall {
  readonly rawTransaction: Hex;
  readonly transactionHash: Hex;
}

/** Room above the node's estimate, for state that changes until the block. */
const GAS_MARGIN_PERCENT = 130n;
const WEI_PER_GWEI = 1_000_000_000n;
/** A replacement has to offer at least a tenth more than what it replaces. */
const BUMP_PERCENT = 130n;

/**
 * Signs a call (EIP-1559). `replaced` is the bytes of an earlier try under the same nonce, whose fees are
 * then exceeded.
 * @throws CommonwattError `CHAIN_CALL_REVERTED` when the call would fail now; nothing was signed then.
 */
export async function signCall(
  rpc: JsonRpcProvider,
  key: Hex,
  call: ContractCall,
  nonce: number,
  replaced: Hex | null,
): Promise<SignedCall> {
  const wallet = new Wallet(key);
  try {
    const request = { from: wallet.address, to: call.to, data: call.data };
    const [gas, block, network] = await Promise.all([
      rpc.estimateGas(request),
      rpc.getBlock("latest"),
      rpc.getNetwork(),
    ]);
    const earlier = replaced === null ? null : Transaction.from(replaced);
    const tip = atLeast(WEI_PER_GWEI, earlier?.maxPriorityFeePerGas);
    // Twice the base fee stays good for six full blocks in a row (EIP-1559 raises it by an eighth each).
    const fee = atLeast(2n * (block?.baseFeePerGas ?? 0n) + tip, earlier?.maxFeePerGas);
    const raw = await wallet.signTransaction({
      type: 2,
      chainId: network.chainId,
      nonce,
      to: call.to,
      data: call.data,
      gasLimit: (gas * GAS_MARGIN_PERCENT) / 100n,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: fee,
    });
    return { rawTransaction: raw as Hex, transactionHash: keccak256(raw) as Hex };
  } catch (error) {
    throw chainError(error, "estimating and signing a call");
  }
}

/** The account that a private key controls. */
export function accountOfKey(key: Hex): Account {
  return new Wallet(key).address as Account;
}

function atLeast(wanted: bigint, earlier: bigint | null | undefined): bigint {
  const bumped = ((earlier ?? 0n) * BUMP_PERCENT) / 100n;
  return bumped > wanted ? bumped : wanted;
}
