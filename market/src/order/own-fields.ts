import type { BulkProof, OrderTiming, SignedOrder, SigningDomain, Site } from "@commonwatt/vpp-core";
import { lowerHex } from "./hex.ts";

/** An order with exactly its own fields, so that nothing else a sender wrote reaches the journal. */
export function ownFields(order: SignedOrder, site: Site, domain: SigningDomain | null): SignedOrder {
  const { siteId, intervalIndex, side, energyWh, limitPrice, community, salt, signature } = order;
  const { bulk, replaces, timing } = order;
  return {
    siteId,
    intervalIndex,
    side,
    energyWh,
    limitPrice,
    community,
    ...(domain === null ? {} : { domain }),
    account: site.account,
    salt,
    signature,
    ...(bulk === undefined ? {} : { bulk: pickProof(bulk) }),
    ...(replaces === undefined ? {} : { replaces: lowerHex(replaces) }),
    ...(timing === undefined ? {} : { timing: pickTiming(timing) }),
  };
}

function pickProof({ group, counter, index, proof }: BulkProof): BulkProof {
  return { group, counter, index, proof: proof.map(lowerHex) };
}

function pickTiming(timing: OrderTiming): OrderTiming {
  return timing.inForce === "good-till-time"
    ? { inForce: timing.inForce, expiresAtMs: timing.expiresAtMs }
    : { inForce: timing.inForce };
}
