import type { Clock, Logger, RailSite, SettlementEvent } from "@commonwatt/vpp-core";
import type { CourtReader } from "../chain/court-reader.ts";
import type { EscrowReader } from "../chain/escrow-reader.ts";
import type { FinalReader } from "../chain/final-reader.ts";
import type { InboxReader } from "../chain/inbox-reader.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { Outbox } from "../chain/outbox.ts";
import type { Patience } from "../chain/patience.ts";
import type { RegistryReader } from "../chain/registry-reader.ts";
import type { ChainSigner } from "../chain/signer.ts";

/** Everything that works on one deployment. */
export interface EscrowLink {
  readonly deployment: Deployment;
  readonly court: CourtReader;
  readonly escrow: EscrowReader;
  readonly registry: RegistryReader;
  /** The same, as far as it cannot be undone. */
  readonly final: FinalReader;
  /** Orders that must not be overlooked. */
  readonly inbox: InboxReader;
  readonly outbox: Outbox;
  readonly patience: Patience;
  /** Nano money in one smallest unit of the token. */
  readonly nanoPerUnit: bigint;
  readonly operator: ChainSigner;
  readonly sites: readonly RailSite[];
  /** What a site deposits, in the token's smallest unit. */
  readonly depositPerSite: bigint;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly emit: (event: SettlementEvent) => void;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}
