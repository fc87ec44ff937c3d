import type { DeviceId } from "../der/device-identity.ts";
import type { Quality } from "../der/measured.ts";
import type { PointName } from "../der/point.ts";
import type { Hex, SiteId } from "../grid/site.ts";
import type { EpochMs } from "../time/clock.ts";
import type { IntervalIndex } from "../time/delivery-interval.ts";
import type { SignedMeterReading } from "./metering.ts";
import type { IntervalSettlement, SiteStatement } from "./settlement.ts";
import type { Clearing, Trade } from "./trading-venue.ts";

/** One point of one device at one time, as it is kept. */
export interface ReadingRow {
  readonly takenAtMs: EpochMs;
  readonly siteId: SiteId;
  readonly deviceId: DeviceId;
  readonly point: PointName;
  readonly value: number | null;
  readonly quality: Quality;
  readonly reason: string | null;
}

/** A series of one point, averaged over buckets of equal length. */
export interface ReadingQuery {
  readonly siteId: SiteId;
  readonly point: PointName;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Length of a bucket. */
  readonly bucketMs: number;
}

/** One bucket of a series; only good values count. */
export interface ReadingBucket {
  readonly startMs: EpochMs;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Keeps readings. */
export interface ReadingStore {
  /** Takes rows at once; they are written in batches soon after. Rows taken twice are kept once. */
  append(rows: readonly ReadingRow[]): void;
  /** Waits until everything appended so far is in the database. */
  flush(): Promise<void>;
  series(query: ReadingQuery): Promise<readonly ReadingBucket[]>;
  count(): Promise<number>;
}

/** Keeps clearings and their trades. */
export interface TradeStore {
  /** Saves a clearing with its trades; harmless when it is saved already. */
  saveClearing(clearing: Clearing): Promise<void>;
  clearings(from: IntervalIndex, limit: number): Promise<readonly Clearing[]>;
  trades(from: IntervalIndex, limit: number): Promise<readonly Trade[]>;
}

/** Keeps signed meter readings. */
export interface MeteringStore {
  /** Saves readings; a (site, sequence) that is there already stays as it is. */
  save(readings: readonly SignedMeterReading[]): Promise<void>;
  /** The last reading taken at or before a time, or `null`. */
  lastUpTo(siteId: SiteId, time: EpochMs): Promise<SignedMeterReading | null>;
  /** The first reading taken at or after a time, or `null`. */
  firstFrom(siteId: SiteId, time: EpochMs): Promise<SignedMeterReading | null>;
}

/** How far a batch has come. */
export type BatchStatus = "stored" | "committed" | "final" | "paid";

/** A settled interval on its way to the chain. `header` and `archive` are the rail's own JSON. */
export interface BatchRecord {
  readonly number: number;
  readonly intervalIndex: IntervalIndex;
  readonly status: BatchStatus;
  readonly headerHash: Hex;
  readonly header: unknown;
  /** Everything needed to recompute and prove the batch. */
  readonly archive: unknown;
  readonly settlement: IntervalSettlement;
  readonly commitHash: Hex | null;
  readonly finalizeHash: Hex | null;
  readonly payHash: Hex | null;
}

/** What may change in a stored batch. */
export type BatchProgress = Partial<Pick<BatchRecord, "status" | "commitHash" | "finalizeHash" | "payHash">>;

/** Keeps batches. */
export interface BatchStore {
  /** Saves a new batch, its trade settlements and statements in one database transaction. */
  insert(batch: BatchRecord): Promise<void>;
  update(number: number, progress: BatchProgress): Promise<void>;
  byNumber(number: number): Promise<BatchRecord | null>;
  byInterval(index: IntervalIndex): Promise<BatchRecord | null>;
  /** The batch whose header names an archive by its hash. */
  byArchive(archiveHash: Hex): Promise<BatchRecord | null>;
  last(): Promise<BatchRecord | null>;
  /** Batches that are not `paid` yet, oldest first. */
  unfinished(): Promise<readonly BatchRecord[]>;
  list(fromNumber: number, limit: number): Promise<readonly BatchRecord[]>;
  statements(siteId: SiteId, from: IntervalIndex, limit: number): Promise<readonly SiteStatement[]>;
}

/** A signed chain transaction that must reach the chain exactly once. */
export interface OutboxEntry {
  /** What it does, e.g. `commit:12`; at most one entry of a key is ever confirmed. */
  readonly key: string;
  readonly sender: string;
  readonly nonce: number;
  /** The signed bytes, so that a resend is the same transaction. */
  readonly rawTransaction: Hex;
  readonly transactionHash: Hex;
  readonly status: "pending" | "confirmed" | "replaced";
}

/** Keeps what must reach the chain. */
export interface OutboxStore {
  /** Saves an entry; an entry of the same key that is still pending is marked `replaced`. */
  put(entry: OutboxEntry): Promise<void>;
  byKey(key: string): Promise<OutboxEntry | null>;
  pending(): Promise<readonly OutboxEntry[]>;
  confirm(key: string): Promise<void>;
}

/** A device that is under our command: returned to neutral first after a restart. */
export interface DeviceOwnership {
  readonly deviceId: DeviceId;
  readonly sequence: number;
  readonly validUntilMs: EpochMs;
}

/** Remembers which devices we command. */
export interface OwnershipStore {
  save(ownership: DeviceOwnership): Promise<void>;
  clear(deviceId: DeviceId): Promise<void>;
  list(): Promise<readonly DeviceOwnership[]>;
}

/** Writes of registers that wear out, claimed at one time. */
export interface WearClaim {
  readonly claimedAtMs: EpochMs;
  readonly writes: number;
}

/** Counts what wears devices out. A write is claimed before it is sent, so that no restart forgets one. */
export interface WearStore {
  /** Settles once the claim will be found after a crash. Claims that no longer count may go. */
  claim(deviceId: DeviceId, claim: WearClaim): Promise<void>;
  /** The claims after a time, oldest first. */
  claimsSince(deviceId: DeviceId, timeMs: EpochMs): Promise<readonly WearClaim[]>;
}

/** Everything that is kept, behind one door. */
export interface Store {
  /** What serves it, e.g. `PostgreSQL 18.4` or `PostgreSQL 17.6, TimescaleDB 2.19.3`. */
  readonly description: string;
  readonly readings: ReadingStore;
  readonly trades: TradeStore;
  readonly metering: MeteringStore;
  readonly batches: BatchStore;
  readonly outbox: OutboxStore;
  readonly ownership: OwnershipStore;
  readonly wear: WearStore;
  /** Whether the database answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}
