import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile } from "./case-file.ts";
import { sameAccount } from "./order-frauds.ts";

/** What is wrong with the balances of a batch. */
export function balanceFrauds(file: CaseFile): readonly Accusation[] {
  const { leaves, facts } = file;
  if (!file.opens("balances")) return [];
  return leaves.balances.flatMap((balance, index) => {
    const known = facts.accounts[index];
    const found: Accusation[] = [];
    if (balance.index !== index) return found;
    if (known !== undefined && !sameAccount(known, balance.account)) {
      found.push(accuse("misplaced-leaf", "BalanceJudge", "balanceMisplaced", file.balance(index)));
    }
    // What is wrong with the money of a misplaced account nobody can say.
    const isPlaced = known !== undefined && sameAccount(known, balance.account);
    if (isPlaced && balance.debit - balance.credit > facts.ownNano(known)) {
      found.push(accuse("overdraft", "BalanceJudge", "balanceOverdraft", file.balance(index)));
    }
    return [...found, ...succession(file, index)];
  });
}

/** What is wrong with a balance after the one before. */
function succession(file: CaseFile, index: number): readonly Accusation[] {
  const { leaves, facts } = file;
  const now = leaves.balances[index];
  const position = leaves.positions[index];
  const known = facts.accounts[index];
  // Of a batch whose predecessor nobody shows all else can be proved.
  const knowsBefore = file.previous !== null || file.header.number === 1;
  if (now === undefined || known === undefined || !knowsBefore) return [];
  const before = file.previousBalance(index);
  const found: Accusation[] = [];
  const against = (kind: Accusation["kind"], call: string, ...rest: readonly unknown[]): Accusation => ({
    ...{ kind, judge: "BalanceJudge", call },
    arguments: (court, batch) => [
      ...[court, file.previous?.header ?? batch.header, before, batch, file.balance(index), ...rest],
    ],
  });
  if (now.credit < before.leaf.credit || now.debit < before.leaf.debit) {
    found.push(against("regress", "balanceRegress"));
  }
  const net = now.debit - now.credit;
  const free = facts.freeNano(known);
  const isPlaced = sameAccount(known, now.account);
  if (isPlaced && free !== null && net > before.leaf.debit - before.leaf.credit && net > free) {
    found.push(against("locked-spending", "balanceLockedSpending"));
  }
  if (position === undefined || !file.opens("positions")) return found;
  const follows =
    now.credit === before.leaf.credit + position.creditNano &&
    now.debit === before.leaf.debit + position.debitNano;
  if (!follows) found.push(against("balance-delta", "balanceDelta", file.position(index)));
  return found;
}
