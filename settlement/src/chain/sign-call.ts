import { CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { formatUnits, type JsonRpcProvider, keccak256, Transaction } from "ethers";
import { chainError } from "./chain-error.ts";
import type { ChainSigner } from "./signer.ts";

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
 * then exceeded. `feeCapWei` is the most that may be offered for a unit of gas.
 * @throws CommonwattError `CHAIN_CALL_REVERTED` when the call would fail now, `CHAIN_FEE_CAP` (retryable)
 * when the cap holds it back; nothing was signed then.
 */
export async function signCall(
  rpc: JsonRpcProvider,
  signer: ChainSigner,
  call: ContractCall,
  nonce: number,
  replaced: Hex | null,
  feeCapWei: bigint | null,
): Promise<SignedCall> {
  try {
    const request = { from: signer.account, to: call.to, data: call.data };
    const [gas, block, network] = await Promise.all([
      rpc.estimateGas(request),
      rpc.getBlock("latest"),
      rpc.getNetwork(),
    ]);
    const fees = feesWithin(feeCapWei, block?.baseFeePerGas ?? 0n, replaced);
    const raw = await signer.sign({
      ...{ chainId: network.chainId, nonce, to: call.to, data: call.data },
      gasLimit: (gas * GAS_MARGIN_PERCENT) / 100n,
      ...fees,
    });
    return { rawTransaction: raw, transactionHash: keccak256(raw) as Hex };
  } catch (error) {
    throw chainError(error, "estimating and signing a call");
  }
}

/** Gwei as wei, down to whole wei. */
export function weiOfGwei(gwei: number): bigint {
  return BigInt(Math.floor(gwei * Number(WEI_PER_GWEI)));
}

function feesWithin(
  capWei: bigint | null,
  baseFee: bigint,
  replaced: Hex | null,
): { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint } {
  const earlier = replaced === null ? null : Transaction.from(replaced);
  const tip = atLeast(WEI_PER_GWEI, earlier?.maxPriorityFeePerGas);
  const leastFee = atLeast(baseFee + tip, earlier?.maxFeePerGas);
  // Twice the base fee stays good for six full blocks in a row (EIP-1559 raises it by an eighth each).
  const fee = atLeast(2n * baseFee + tip, earlier?.maxFeePerGas);
  if (capWei === null || fee <= capWei) return { maxFeePerGas: fee, maxPriorityFeePerGas: tip };
  if (leastFee <= capWei) return { maxFeePerGas: capWei, maxPriorityFeePerGas: tip };
  const [needed, allowed] = [formatUnits(leastFee, "gwei"), formatUnits(capWei, "gwei")];
  throw new CommonwattError(
    "CHAIN_FEE_CAP",
    `held back: gas costs ${needed} gwei now, and the cap is ${allowed} gwei`,
    { retryable: true, details: { neededWei: leastFee.toString(), capWei: capWei.toString() } },
  );
}

function atLeast(wanted: bigint, earlier: bigint | null | undefined): bigint {
  const bumped = ((earlier ?? 0n) * BUMP_PERCENT) / 100n;
  return bumped > wanted ? bumped : wanted;
}
