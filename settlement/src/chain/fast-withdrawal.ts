import type { Account, Hex } from "@commonwatt/vpp-core";
import { Wallet } from "ethers";
import type { Deployment } from "./manifest.ts";

/** A withdrawal that the operator lets through at once; amounts in the token's smallest unit. */
export interface FastWithdrawal {
  readonly account: Account;
  readonly recipient: Account;
  readonly amount: bigint;
  /** The account's next number in the escrow: an agreement is good for one withdrawal. */
  readonly nonce: bigint;
  /** Seconds since the epoch. */
  readonly deadline: bigint;
}

const FAST_WITHDRAWAL_TYPES = {
  FastWithdrawal: [
    { name: "account", type: "address" },
    { name: "recipient", type: "address" },
    { name: "amount", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** The operator's signature (EIP-712). By it the operator counts the amount as gone. */
export async function signFastWithdrawal(
  { chainId, escrow }: Deployment,
  withdrawal: FastWithdrawal,
  operatorKey: Hex,
): Promise<Hex> {
  const domain = { name: "Commonwatt EnergyEscrow", version: "1", chainId, verifyingContract: escrow };
  return (await new Wallet(operatorKey).signTypedData(domain, FAST_WITHDRAWAL_TYPES, withdrawal)) as Hex;
}
