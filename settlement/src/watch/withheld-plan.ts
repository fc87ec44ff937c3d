import { randomInt } from "node:crypto";
import type { BatchFile } from "../batch/batch-archive.ts";
import type { TreeName } from "../batch/leaf-salt.ts";
import { treeNamed } from "../batch/shown-leaf.ts";
import type { LeafDemand } from "../chain/court-reader.ts";
import type { Accusation, LeafPlace } from "../proofs/accusation.ts";
import { demand } from "../proofs/withheld-leaves.ts";

/** What is said once, when nothing more is asked for. */
export const QUESTIONS_SPENT = "WATCH_QUESTIONS_SPENT";

/** What a header says of how many leaves there are. */
export type LeafCounts = Pick<
  BatchFile["header"],
  "accountCount" | "orderCount" | "readingCount" | "fillCount"
>;

/**
 * As many leaves of a batch that nobody shows are asked for at most, by whomever: an operator that can show each of
 * them has the batch, and every answer costs whoever asked a bond.
 */
export const QUESTIONS_MAX = 8;

/**
 * Asks for one of the leaves that the header says there are and that nobody asked for yet, any: who keeps a batch to
 * itself must not know which one it has to show. For none once {@link QUESTIONS_MAX} were asked for, or all there are.
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
  if (known.size >= Math.min(total, QUESTIONS_MAX)) return [];
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

/** What will be done about a batch that nobody shows. */
export function planWords(graceSeconds: number): string {
  return `; if nobody shows it within ${graceSeconds} s, the operator has to show up to ${QUESTIONS_MAX} of its leaves on the chain, one after the other`;
}

/** That it was done, and came to nothing. */
export function spentWords(number: number, count: number): string {
  return `batch ${number} is shown to nobody, yet all ${count} leaves of it that were asked for were shown on the chain: no more are asked for`;
}

/** What will come of a batch that is wrong, or cannot be checked and will not be asked for. */
export function outlookWords(isFinal: boolean, hasKey: boolean): string {
  if (isFinal) return "; it is final: nothing takes it back any more";
  return hasKey ? "" : "; without a key it is left to others to challenge it";
}
