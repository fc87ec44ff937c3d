import type { Clock, Logger, RailSite, SettlementEvent } from "@commonwatt/vpp-core";
import type { Deployment } from "../chain/deployment.ts";
import type { EscrowReader, EscrowTerms } from "../chain/escrow-reader.ts";
import type { Outbox } from "../chain/outbox.ts";
import type { Patience } from "../chain/patience.ts";
import type { ChainSigner } from "../chain/signer.ts";

/** Everything that works on one deployed escrow. */
export interface EscrowLink {
  readonly deployment: Deployment;
  readonly reader: EscrowReader;
  readonly outbox: Outbox;
  readonly patience: Patience;
  /** As the contract has them. */
  readonly terms: EscrowTerms;
  readonly operator: ChainSigner;
  readonly sites: readonly RailSite[];
  readonly depositPerSite: bigint;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly emit: (event: SettlementEvent) => void;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}
