import { CommonwattError } from "@commonwatt/vpp-core";
import { durableWaiters } from "./durable-waiters.ts";
import type { JournalLock } from "./journal-lock.ts";
import {
  durableSequence,
  hasBytesRoom,
  type JournalRing,
  makeReady,
  payloadBytesMax,
  putBytes,
  RING_STATE,
} from "./journal-ring.ts";
import { type WriterLink, writeFailed } from "./writer-link.ts";

const { DURABLE } = RING_STATE;

/** A journal as its one owner sees it. */
export interface OwnJournal {
  /** For those who put records in themselves. */
  readonly ring: JournalRing;
  /** Sequence of the last record taken. */
  sequence(): number;
  /**
   * Does nothing when a record with a payload of so many bytes would be taken.
   * @throws CommonwattError `JOURNAL_FULL`, retryable: the disk is behind, and memory is bounded;
   *   `JOURNAL_RECORD_TOO_LONG`; `JOURNAL_WRITE_FAILED`.
   */
  assertRoom(bytes: number): void;
  /** Takes a record at once, in order; answers its sequence. Throws as {@link OwnJournal.assertRoom} does. */
  append(type: number, payload: Uint8Array): number;
  /**
   * Sequence up to which all is on the disk, for those who ask again and again.
   * @throws CommonwattError `JOURNAL_WRITE_FAILED`.
   */
  durableUpTo(): number;
  /**
   * Resolves when all records taken so far are on the disk. Those taken while a write is under way share
   * the next one (group commit).
   * @throws CommonwattError `JOURNAL_WRITE_FAILED`, once for good: what is on the disk is then unknown until
   *   the journal is opened again.
   */
  durable(): Promise<void>;
  /** Lets the thread sleep until all records taken so far are on the disk. Throws as `durable` does. */
  waitDurable(): void;
  /** Lets the thread sleep until the next write is done, for one who found the ring full. */
  waitRoom(): void;
  /** Writes what is left, closes the files and lets go of the lock. */
  close(): Promise<void>;
}

/** The owner's side of a ring that a writer has taken. */
export function ownJournal(
  ring: JournalRing,
  directory: string,
  link: WriterLink,
  lock: JournalLock,
): OwnJournal {
  const { state } = ring;
  const waitForAll = durableWaiters(ring, link);
  let isOpen = true;

  function assertAlive(): void {
    link.assertAlive();
    if (!isOpen) throw writeFailed(directory, "closed", "it is closed");
  }

  function assertRoom(bytes: number): void {
    assertAlive();
    if (bytes > payloadBytesMax(ring)) throw tooLong(bytes, payloadBytesMax(ring));
    if (!hasBytesRoom(ring, bytes)) throw full(directory);
  }

  function sleepWhile(isWaiting: () => boolean): void {
    makeReady(ring);
    for (;;) {
      const seen = Atomics.load(state, DURABLE);
      assertAlive();
      if (!isWaiting()) return;
      Atomics.wait(state, DURABLE, seen, WAIT_MS);
    }
  }

  return {
    ring,
    sequence: () => ring.sequence,
    assertRoom,
    append(type, payload) {
      assertRoom(payload.length);
      putBytes(ring, type, payload);
      return ring.sequence;
    },
    durableUpTo() {
      assertAlive();
      makeReady(ring);
      return durableSequence(ring);
    },
    async durable() {
      assertAlive();
      await waitForAll();
    },
    waitDurable: () => sleepWhile(() => durableSequence(ring) < ring.sequence),
    waitRoom() {
      const before = Atomics.load(state, DURABLE);
      sleepWhile(() => ring.head !== before && Atomics.load(state, DURABLE) === before);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      makeReady(ring);
      try {
        await link.close();
      } finally {
        await lock.release();
      }
    },
  };
}

/** How long a sleep lasts at most before the writer's health is looked at, in ms. */
const WAIT_MS = 100;

function full(directory: string): CommonwattError {
  const text = `the journal in ${directory} takes no more until the disk has caught up`;
  return new CommonwattError("JOURNAL_FULL", text, { details: { directory }, retryable: true });
}

function tooLong(bytes: number, bytesMax: number): CommonwattError {
  const text = `a record of ${bytes} bytes is longer than ${bytesMax}`;
  return new CommonwattError("JOURNAL_RECORD_TOO_LONG", text, { details: { bytes, bytesMax } });
}
