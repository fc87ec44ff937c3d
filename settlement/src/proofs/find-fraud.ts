import type { BatchFile } from "../batch/batch-archive.ts";
import type { Accusation } from "./accusation.ts";
import { balanceFrauds } from "./balance-frauds.ts";
import { type CaseFile, openCase } from "./case-file.ts";
import type { ChainFacts } from "./chain-facts.ts";
import { fillFrauds } from "./fill-frauds.ts";
import { headerFrauds } from "./header-frauds.ts";
import { inclusionFrauds } from "./inclusion-frauds.ts";
import { orderFrauds } from "./order-frauds.ts";
import { positionFrauds } from "./position-frauds.ts";
import { priceFrauds } from "./price-frauds.ts";
import { readingFrauds } from "./reading-frauds.ts";
import { withheldLeaves } from "./withheld-leaves.ts";

const SECTIONS: readonly ((file: CaseFile) => readonly Accusation[])[] = [
  ...[headerFrauds, orderFrauds, fillFrauds, positionFrauds, readingFrauds],
  ...[priceFrauds, balanceFrauds, inclusionFrauds, withheldLeaves],
];

/**
 * Everything that is wrong with a batch, each as the one transaction that proves it; none for a right batch.
 * Looks at every leaf and every signature, so it takes seconds for thousands of trades. Throws for an archive
 * that is none: ask the court for the leaves then.
 */
export function findFraud(
  previous: BatchFile | null,
  batch: BatchFile,
  facts: ChainFacts,
): readonly Accusation[] {
  const file = openCase(previous, batch, facts);
  const found: Accusation[] = [];
  const failed: unknown[] = [];
  for (const find of SECTIONS) {
    // What makes one look fail must not hide what another finds.
    try {
      for (const accusation of find(file)) found.push(accusation);
    } catch (error) {
      failed.push(error);
    }
  }
  if (found.length === 0 && failed.length > 0) throw failed[0];
  return found;
}
