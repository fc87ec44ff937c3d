import type { BatchStore, EscrowAudit } from "@commonwatt/vpp-core";
import type { Deployment } from "../chain/manifest.ts";

/** Where the routes find what they show. */
export interface SettlementSource {
  readonly batches: () => BatchStore;
  readonly audit: () => Promise<EscrowAudit>;
  readonly deployment: () => Deployment;
  /** The community's homes, whether anything was settled for them or not. */
  readonly siteIds: () => readonly string[];
  /** ISO 4217 code of all money. */
  readonly currency: () => string;
}
