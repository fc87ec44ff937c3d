import { messageOf } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { type BatchFault, verifyBatch } from "../batch/verify-batch.ts";
import type { Accusation } from "../proofs/accusation.ts";
import type { ChainFacts } from "../proofs/chain-facts.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { withheldDemand } from "./withheld-plan.ts";

/** What a check of one batch came to. */
export interface BatchCheck {
  readonly faults: readonly BatchFault[];
  /** Each takes the batch back; none for a batch that is right. */
  readonly accusations: readonly Accusation[];
  /** Why the archive could not even be read, or `null`. */
  readonly unreadable: string | null;
}

/** The batch before one: `null` before the first, and `"missing"` when nobody shows it. */
export type Previous = BatchFile | null | "missing";

/**
 * Recomputes a batch from what was signed, and finds whatever can be proved against it. An archive that
 * cannot be read is as good as withheld: the court is to ask for a leaf of it. On one that is missing no batch can be
 * recomputed, but nearly all that is wrong with it can be proved.
 */
export function checkBatch(previous: Previous, batch: BatchFile, facts: ChainFacts): BatchCheck {
  const isMissing = previous === "missing";
  const faults = isMissing
    ? []
    : safely(() => verifyBatch(previous, batch, "checked", facts.domain), ["archive-malformed"] as const);
  try {
    const accusations = findFraud(isMissing ? null : previous, batch, facts);
    return { faults, accusations, unreadable: null };
  } catch (error) {
    return { faults, accusations: withheldDemand(batch.header), unreadable: messageOf(error) };
  }
}

function safely<Result>(work: () => Result, otherwise: Result): Result {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
