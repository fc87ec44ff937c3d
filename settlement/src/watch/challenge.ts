import { type Account, type Clock, CommonwattError, type Hex, isCommonwattError } from "@commonwatt/vpp-core";
import { TREE_NUMBERS } from "../batch/leaf-salt.ts";
import { COURT, type CompiledContract, JUDGES, namedRevert } from "../chain/contracts.ts";
import { approveData, type CommittedBatch, claimUnansweredData } from "../chain/court-calls.ts";
import { courtSeparator } from "../chain/court-domain.ts";
import type { CourtReader, LeafDemand } from "../chain/court-reader.ts";
import type { EscrowReader } from "../chain/escrow-reader.ts";
import { accusationData } from "../chain/judge-calls.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { Outbox } from "../chain/outbox.ts";
import type { RegistryReader } from "../chain/registry-reader.ts";
import type { ChainSigner } from "../chain/signer.ts";
import { revokeMeterData } from "../chain/site-record.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { Accusation } from "../proofs/accusation.ts";
import type { Equivocation } from "./meter-witness.ts";

/** What a challenge needs. */
export interface ChallengeContext {
  readonly deployment: Deployment;
  readonly court: CourtReader;
  readonly escrow: EscrowReader;
  readonly registry: RegistryReader;
  readonly outbox: Outbox;
  readonly signer: ChainSigner;
  readonly wallClock: Clock;
}

/** What became of one accusation. */
export type Challenge =
  | { readonly outcome: "taken-back" | "demanded"; readonly transactionHash: Hex | null }
  | { readonly outcome: "refused" | "postponed"; readonly why: string };

/**
 * Brings one accusation before its judge. `taken-back` also when somebody else was faster; `refused` when the
 * judge sees nothing wrong, `postponed` when the watcher can't pay for it.
 */
export async function bring(
  context: ChallengeContext,
  accusation: Accusation,
  batch: CommittedBatch,
): Promise<Challenge> {
  const { deployment, court, outbox, signer } = context;
  const { judge, leaf } = accusation;
  const { number } = batch.header;
  const isQuestion = leaf !== undefined;
  const to = isQuestion ? deployment.court : deployment.judges[judge];
  if (to === undefined) return { outcome: "refused", why: `this deployment has no ${judge}` };
  const name = nameOf(accusation, deployment.court, batch);
  if (name === null) return { outcome: "refused", why: "it cannot be written down" };
  try {
    if (isQuestion) await allowDemandBond(context, batch, name);
    const data = accusationData(accusation, deployment.court, batch);
    const { transactionHash } = await outbox.submit({
      key: `challenge:${number}:${batch.committedAt}:${name}`,
      ...{ sender: signer, to, data },
      done: async () =>
        isQuestion
          ? (await openQuestions(context, batch)).some(
              ({ tree, index }) => tree === TREE_NUMBERS[leaf.tree] && index === leaf.index,
            )
          : (await court.progress()).head < number,
    });
    return { outcome: isQuestion ? "demanded" : "taken-back", transactionHash };
  } catch (error) {
    if (!isCommonwattError(error) || error.retryable) throw error;
    const contract: CompiledContract | undefined = isQuestion ? COURT : JUDGES[judge];
    const named = contract === undefined ? error : namedRevert(contract, error);
    const isJudged = isCommonwattError(error, "CHAIN_CALL_REVERTED");
    return { outcome: isJudged ? "refused" : "postponed", why: named.message };
  }
}

/**
 * Tells accusations of one batch apart: there can be many of a kind, of which a judge shares one and not the other. `null`
 * for one that no judge can even be told: whatever an archive has in it, that must not keep the others back.
 */
export function nameOf(accusation: Accusation, court: Account, batch: CommittedBatch): string | null {
  const { kind, call, leaf } = accusation;
  if (leaf !== undefined) return `${kind}/${call}/${leaf.tree}/${leaf.index}`;
  try {
    return `${kind}/${call}/${keccak256(accusationData(accusation, court, batch))}`;
  } catch {
    return null;
  }
}

/** What we asked about a batch and was not answered yet. */
export async function openQuestions(
  { court, signer }: Pick<ChallengeContext, "court" | "signer">,
  batch: CommittedBatch,
): Promise<readonly LeafDemand[]> {
  return (await court.openDemands(batch)).filter(({ demander }) => demander === signer.account);
}

/** Takes a batch back of which a leaf was not shown in time. */
export async function claim(
  { deployment, court, outbox, signer }: ChallengeContext,
  batch: CommittedBatch,
  tree: number,
  index: number,
): Promise<Hex | null> {
  const { transactionHash } = await outbox.submit({
    key: `claim:${batch.header.number}:${batch.committedAt}:${tree}:${index}`,
    ...{ sender: signer, to: deployment.court, data: claimUnansweredData(batch, tree, index) },
    done: async () => (await court.progress()).head < batch.header.number,
  });
  return transactionHash;
}

/** Has a meter revoked that signed two different readings under one number. */
export async function revoke(
  { deployment, registry, outbox, signer }: ChallengeContext,
  { first, second }: Equivocation,
): Promise<Hex | null> {
  const { meterKeyHash } = first.leaf;
  const { transactionHash } = await outbox.submit({
    key: `revoke:${meterKeyHash}`,
    ...{ sender: signer, to: deployment.registry },
    data: revokeMeterData(first.meterKey, courtSeparator(deployment), first, second),
    done: async () => (await registry.meterRevokedAt(meterKeyHash)) > 0,
  });
  return transactionHash;
}

async function allowDemandBond(
  { deployment, escrow, outbox, signer }: ChallengeContext,
  batch: CommittedBatch,
  name: string,
): Promise<void> {
  const { demandBond } = deployment.terms;
  const { account } = signer;
  const tokens = await escrow.tokenBalance(account);
  if (tokens < demandBond) {
    throw new CommonwattError(
      "WATCH_BOND_MISSING",
      `asking for a leaf needs a bond of ${demandBond}, and ${account} has ${tokens} of ${deployment.token}`,
    );
  }
  await outbox.submit({
    key: `approve:${batch.header.number}:${batch.committedAt}:${name}`,
    ...{ sender: signer, to: deployment.token, data: approveData(deployment.court, demandBond) },
    done: async () => (await escrow.tokenAllowance(account, deployment.court)) >= demandBond,
  });
}
