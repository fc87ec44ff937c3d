export type { BatchArchive, BatchFile } from "./batch/batch-archive.ts";
export { type BatchFault, verifyBatch } from "./batch/verify-batch.ts";
export { plugin } from "./cli/plugin.ts";
export { escrow } from "./escrow-rail.ts";
export { type BatchInspection, inspectBatches } from "./inspect-batches.ts";
export type { EscrowOptions } from "./rail/escrow-options.ts";
