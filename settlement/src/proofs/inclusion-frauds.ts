import { type Accusation, accuse } from "./accusation.ts";
import { aroundGate } from "./around-gate.ts";
import type { CaseFile } from "./case-file.ts";
import { dueDigest } from "./inbox-order.ts";
import { sameAccount } from "./order-frauds.ts";

/** Orders that lay in the court's inbox in time and are not in the batch. */
export function inclusionFrauds(file: CaseFile): readonly Accusation[] {
  const { header, domain, facts, leaves, rules } = file;
  if (!file.opens("orders") || !file.opens("positions") || rules === null) return [];
  const { early } = aroundGate(rules, 1_000 * header.intervalStart);
  return facts.inbox.flatMap(({ order, submittedAt }) => {
    if (submittedAt > early) return [];
    const digest = dueDigest(domain, order);
    const account = leaves.positions.findIndex((position) => sameAccount(position.account, order.account));
    if (digest === null || account < 0 || leaves.orders.some((leaf) => leaf.digest === digest)) return [];
    const place = leaves.orders.findIndex((leaf) => leaf.digest > digest);
    const cut = file.orderCut(place < 0 ? leaves.orders.length : place);
    const rest = [rules, order, file.position(account), cut];
    return [accuse("ignored-order", "InclusionJudge", "ignoredOrder", ...rest)];
  });
}
