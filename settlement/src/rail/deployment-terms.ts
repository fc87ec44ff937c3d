import type { Account, RailContext } from "@commonwatt/vpp-core";
import { communityHash } from "../batch/batch-header.ts";
import { type BatchRules, hashRules } from "../batch/batch-rules.ts";
import type { DeploymentTerms } from "../chain/manifest.ts";
import type { EscrowTermsWanted } from "./escrow-options.ts";

/** What a question costs: one unit, far above what an answer costs. */
const DEMAND_BOND = 1_000_000n;
const DEMAND_LIMIT = 16;
/** More than are pending in 18 hours of intervals of five minutes. */
const RING_SIZE = 256;
/** How far ahead a change of a site must be announced. */
const SITE_NOTICE_SECONDS = 24 * 3_600;

/** The rules by which a community's batches are accounted. */
export function rulesOf({
  tariff,
  intervalMs,
  gateClosureMs,
}: Pick<RailContext, "tariff" | "intervalMs" | "gateClosureMs">): BatchRules {
  const { retailPrice, feedInPrice } = tariff;
  return { retailPrice, feedInPrice, feePpm: 0, intervalMs, gateClosureMs };
}

/** The terms of a community that deploys its own contracts: nobody can pause or replace anything. */
export function termsFor(
  context: Pick<RailContext, "community" | "tariff" | "intervalMs" | "gateClosureMs">,
  wanted: EscrowTermsWanted,
  operator: Account,
): DeploymentTerms {
  const { challengeWindowSeconds, responseSeconds, withdrawalDelaySeconds, silenceLimitSeconds } = wanted;
  return {
    community: communityHash(context.community),
    rulesHash: hashRules(rulesOf(context)),
    ...{ operator, guardian: null, governance: null },
    ...{ challengeWindowSeconds, responseSeconds, withdrawalDelaySeconds, silenceLimitSeconds },
    ...{ pauseLimitSeconds: 0, noticeSeconds: SITE_NOTICE_SECONDS },
    ...{ minimumBond: wanted.minimumBond, demandBond: DEMAND_BOND, demandLimit: DEMAND_LIMIT },
    ringSize: RING_SIZE,
  };
}
