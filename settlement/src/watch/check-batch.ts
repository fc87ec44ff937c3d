import { randomInt } from "node:crypto";
import { messageOf } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import type { TreeName } from "../batch/leaf-salt.ts";
import { treeNamed } from "../batch/shown-leaf.ts";
import { type BatchFault, verifyBatch } from "../batch/verify-batch.ts";
import type { LeafDemand } from "../chain/court-reader.ts";
import type { Accusation, LeafPlace } from "../proofs/accusation.ts";
import type { ChainFacts } from "../proofs/chain-facts.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { demand } from "../proofs/withheld-leaves.ts";

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

/** What a header says of how many leaves there are. */
export type LeafCounts = Pick<
  BatchFile["header"],
  "accountCount" | "orderCount" | "readingCount" | "fillCount"
>;

/**
 * Asks for one of the leaves that the header says there are and that nobody asked for yet, any: who keeps a batch to
 * itself must not know which one it has to show.
 */
export function withheldDemand(
  { accountCount, orderCount, readingCount, fillCount }: LeafCounts,
  asked: readonly Pick<LeafDemand, "tree" | "index">[] = [],
): readonly Accusation[] {
  const counts: readonly (readonly [TreeName, number])[] = [
    ...([
      ["positions", accountCount],
      ["balances", accountCount],
      ["orders", orderCount],
      ["readings", readingCount],
      ["fills", fillCount],
    ] as const),
  ];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const known = new Set(asked.map(({ tree, index }) => `${treeNamed(tree)}/${index}`));
  if (known.size >= total) return [];
  for (;;) {
    const place = placeAt(counts, randomInt(total));
    if (!known.has(`${place.tree}/${place.index}`)) return [demand(place.tree, place.index)];
  }
}

function placeAt(counts: readonly (readonly [TreeName, number])[], at: number): LeafPlace {
  let index = at;
  for (const [tree, count] of counts) {
    if (index < count) return { tree, index };
    index -= count;
  }
  throw new RangeError(`there is no leaf ${at}`);
}

function safely<Result>(work: () => Result, otherwise: Result): Result {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
