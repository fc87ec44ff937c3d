export * from "./escrow-rail.ts";
export type { EscrowOptions } from "./rail/escrow-options.ts";
