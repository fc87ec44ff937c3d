import type { Account, Hex } from "@commonwatt/vpp-core";
import { MaxUint256, Signature, Wallet } from "ethers";
import { callData, ESCROW } from "./contracts.ts";
import type { Deployment } from "./manifest.ts";

/** What an owner signs to let the escrow take tokens (EIP-2612). */
const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Terms of one deposit by permit. */
export interface PermitDeposit {
  readonly ownerKey: Hex;
  readonly account: Account;
  readonly amount: bigint;
  readonly nonce: bigint;
  readonly tokenName: string;
}

/**
 * The call that deposits an owner's tokens without an earlier allowance. The permit names one amount and
 * one nonce, so it is good for this deposit alone; it has no deadline, so that a resend after a long
 * outage is still the same bytes.
 */
export async function permitDepositData(deployment: Deployment, terms: PermitDeposit): Promise<Hex> {
  const owner = new Wallet(terms.ownerKey);
  const { chainId, token, escrow } = deployment;
  const signed = await owner.signTypedData(
    { name: terms.tokenName, version: "1", chainId, verifyingContract: token },
    PERMIT_TYPES,
    {
      owner: owner.address,
      spender: escrow,
      value: terms.amount,
      nonce: terms.nonce,
      deadline: MaxUint256,
    },
  );
  const { v, r, s } = Signature.from(signed);
  return callData(ESCROW, "depositWithPermit", [terms.account, terms.amount, MaxUint256, v, r, s]);
}
