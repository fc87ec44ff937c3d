import type { Account } from "@commonwatt/vpp-core";
import type { TreeName } from "../batch/leaf-salt.ts";
import type { CommittedBatch } from "../chain/court-calls.ts";

/** What can be shown to be wrong with a batch, as the court names it. */
export const FRAUD_KINDS = [
  "sequence",
  "rules",
  "empty-tree",
  "unknown-accounts",
  "padding",
  "order-forged",
  "order-malformed",
  "order-unsorted",
  "cancel-forged",
  "order-cancelled",
  "twin",
  "fill-order",
  "overfill",
  "running-sum",
  "settlement",
  "position-sum",
  "position-metering",
  "reading-forged",
  "reading-unregistered",
  "reading-unsorted",
  "register-decrease",
  "above-nameplate",
  "call-price",
  "better-unfilled",
  "crossing",
  "ignored-order",
  "overdraft",
  "locked-spending",
  "regress",
  "balance-delta",
  "misplaced-leaf",
  "withheld",
] as const;

/** A kind of fraud. `withheld`: a leaf that nobody can show; it is asked for, and the batch falls without an answer. */
export type FraudKind = (typeof FRAUD_KINDS)[number];

/** The contracts that an accusation is brought before. */
export type JudgeName =
  | "HeaderJudge"
  | "OrderJudge"
  | "FillJudge"
  | "PositionJudge"
  | "ReadingJudge"
  | "PriceJudge"
  | "InclusionJudge"
  | "BalanceJudge"
  | "SettlementCourt";

/** A leaf's place in a batch. */
export interface LeafPlace {
  readonly tree: TreeName;
  readonly index: number;
}

/** One transaction that takes a batch back. */
export interface Accusation {
  readonly kind: FraudKind;
  readonly judge: JudgeName;
  /** The function to call. */
  readonly call: string;
  /** What the court is asked to be shown; of a question only. */
  readonly leaf?: LeafPlace;
  /** What to call it with; structures by the names of their fields. */
  arguments(court: Account, batch: CommittedBatch): readonly unknown[];
}

/** A call of a judge that takes court and batch first, as nearly all do. */
export function accuse(
  kind: FraudKind,
  judge: JudgeName,
  call: string,
  ...rest: readonly unknown[]
): Accusation {
  return { kind, judge, call, arguments: (court, batch) => [court, batch, ...rest] };
}
