import { signingDomain } from "@commonwatt/market";
import type { Hex, SigningDomain } from "@commonwatt/vpp-core";
import { TypedDataEncoder } from "ethers";
import type { Deployment } from "./manifest.ts";

/** What orders and readings are signed for that a deployment's court settles, but for the community. */
export function courtDomain({ chainId, court }: Pick<Deployment, "chainId" | "court">): SigningDomain {
  return signingDomain(chainId, court);
}

/** The EIP-712 domain separator of that, the community in it. */
export function courtSeparator(deployment: Pick<Deployment, "chainId" | "court" | "terms">): Hex {
  const salt = deployment.terms.community;
  return TypedDataEncoder.hashDomain({ ...courtDomain(deployment), salt }) as Hex;
}
