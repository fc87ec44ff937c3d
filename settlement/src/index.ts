export {
  accountInterval,
  type IntervalAccountingInput,
  type IntervalAccounts,
} from "./accounting/account-interval.ts";
export { deliverableWh, takeableWh } from "./accounting/net-position.ts";
export { exportLeftWh, type MeteredEnergy } from "./accounting/site-statement.ts";
export { feeOfNano, makeWholePrice } from "./accounting/trade-settlement.ts";
export type { BatchArchive, BatchFile } from "./batch/batch-archive.ts";
export { type BatchFault, verifyBatch } from "./batch/verify-batch.ts";
export { plugin } from "./cli/plugin.ts";
export { type EscrowAccount, type EscrowBooks, openEscrowBooks } from "./escrow-books.ts";
export { escrow } from "./escrow-rail.ts";
export { cheatingEscrow } from "./fraud-demo/cheating-escrow.ts";
export { fundWatcher } from "./fraud-demo/fund-watcher.ts";
export { LIE_KINDS, type LieKind } from "./fraud-demo/lies.ts";
export { type BatchInspection, inspectBatches } from "./inspect-batches.ts";
export type { EscrowOptions } from "./rail/escrow-options.ts";
