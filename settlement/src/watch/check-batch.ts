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

/**
 * Recomputes a batch from what was signed, and finds whatever can be proved against it. An archive that
 * cannot be read is as good as withheld: the court is to ask for a leaf of it.
 */
export function checkBatch(previous: BatchFile | null, batch: BatchFile, facts: ChainFacts): BatchCheck {
  const faults = safely(() => verifyBatch(previous, batch, "checked", facts.domain), [
    "archive-malformed",
  ] as const);
  try {
    return { faults, accusations: findFraud(previous, batch, facts), unreadable: null };
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
