import type { Logger } from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import type { CourtReader } from "../chain/court-reader.ts";
import type { EventLog } from "../chain/event-log.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { BatchSource } from "./batch-source.ts";
import type { ChallengeContext } from "./challenge.ts";
import type { CheckedBatches } from "./checked-batches.ts";
import type { WatchEvent } from "./watch-event.ts";

/** What a watcher works with. */
export interface WatchContext {
  readonly rpc: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly court: CourtReader;
  /** Where events are read. */
  readonly log: EventLog;
  /** What was found right before, in this life or an earlier one. */
  readonly checked: CheckedBatches;
  readonly sources: readonly BatchSource[];
  /** Folder in which every archive is kept by its hash. */
  readonly archives: string;
  /** `null` for a watcher that only looks. */
  readonly challenger: ChallengeContext | null;
  /** Whether it answers questions for the operator, from its own copies. */
  readonly answers: boolean;
  /** How long an archive may be missing before it is asked for, in seconds. */
  readonly graceSeconds: number;
  readonly now: () => number;
  readonly logger: Logger;
  readonly emit: (event: WatchEvent) => void;
}
