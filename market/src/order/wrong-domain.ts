import type { SigningDomain } from "@commonwatt/vpp-core";
import { isSameAccount } from "./account.ts";
import type { Rejection } from "./rejection.ts";

/**
 * Why something that says it is signed in one domain cannot be for a market of another; `null` when it can. What
 * it says is then what its signature is checked against.
 */
export function wrongDomain(domain: SigningDomain | null, said: unknown): Rejection | null {
  if (domain === null) {
    if (said === undefined) return null;
    return reject("wrong-domain", "this market settles on no chain, so what is signed for it has no domain");
  }
  if (typeof said !== "object" || said === null) {
    return reject("wrong-domain", `what is signed for this market has the domain ${JSON.stringify(domain)}`);
  }
  const { name, version, chainId, verifyingContract } = said as {
    readonly [Field in keyof SigningDomain]?: unknown;
  };
  if (name !== domain.name) return reject("wrong-domain", `the domain's name must be ${domain.name}`);
  if (version !== domain.version) {
    return reject("wrong-version", `the domain's version must be ${domain.version}`);
  }
  if (chainId !== domain.chainId)
    return reject("wrong-chain", `this market settles on chain ${domain.chainId}`);
  return isSameAccount(verifyingContract, domain.verifyingContract)
    ? null
    : reject("wrong-contract", `this market settles before ${domain.verifyingContract}`);
}

function reject(code: Rejection["code"], message: string): Rejection {
  return { code, message };
}
