import type { BatchHeader } from "../batch/batch-header.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile } from "./case-file.ts";

/** What is wrong with a batch's header by itself, and after the one before. */
export function headerFrauds(file: CaseFile): readonly Accusation[] {
  const { header, rules, facts, previous } = file;
  const found: Accusation[] = [];
  if (header.rulesHash !== facts.rulesHashAt(header.intervalStart)) {
    found.push(accuse("rules", "HeaderJudge", "headerRules"));
  } else if (rules !== null && !fitsInterval(header, rules)) {
    found.push(accuse("sequence", "HeaderJudge", "headerInterval", rules));
  }
  if (previous !== null && !follows(file)) {
    found.push({
      ...{ kind: "sequence", judge: "HeaderJudge", call: "headerSequence" },
      arguments: (court, batch) => [court, previous.header, batch],
    });
  }
  const emptyRoots = [
    [header.orderCount, header.ordersRoot],
    [header.readingCount, header.readingsRoot],
    [header.fillCount, header.fillsRoot],
    [header.accountCount, header.positionsRoot],
    [header.accountCount, header.balancesRoot],
  ] as const;
  if (header.fillCount % 2 === 1 || emptyRoots.some(([count, root]) => count === 0 && BigInt(root) !== 0n)) {
    found.push(accuse("empty-tree", "HeaderJudge", "headerEmptyTree"));
  }
  if (header.accountCount > facts.accounts.length) {
    found.push(accuse("unknown-accounts", "HeaderJudge", "headerAccounts"));
  }
  return found;
}

function fitsInterval(header: BatchHeader, rules: BatchRules): boolean {
  // In integers without end: a header can name any interval.
  const startMs = BigInt(header.intervalIndex) * BigInt(rules.intervalMs);
  return (
    BigInt(header.intervalStart) * 1_000n === startMs &&
    BigInt(header.intervalEnd) * 1_000n === startMs + BigInt(rules.intervalMs)
  );
}

function follows({ header, previous }: CaseFile): boolean {
  if (previous === null) return true;
  const before = previous.header;
  return (
    header.intervalIndex > before.intervalIndex &&
    header.intervalStart >= before.intervalEnd &&
    header.accountCount >= before.accountCount &&
    header.creditTotal >= before.creditTotal &&
    header.debitTotal >= before.debitTotal &&
    header.feeTotal >= before.feeTotal
  );
}
