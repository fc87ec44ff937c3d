import type { CommonwattError } from "@commonwatt/vpp-core";
import { durableSequence, type JournalRing, makeReady, RING_STATE } from "./journal-ring.ts";
import type { WriterLink } from "./writer-link.ts";

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: CommonwattError) => void;
}

/**
 * Those who wait until their records are on the disk. The answer adds one who waits for all that the ring holds
 * now; what he gets rejects with what has failed.
 */
export function durableWaiters(ring: JournalRing, link: WriterLink): () => Promise<void> {
  let waiters: Waiter[] = [];
  let isAsking = false;

  /** Asks for news of the next write, and looks once more at what the last one left. */
  function awaitNews(failure: CommonwattError | null): void {
    if (failure !== null) {
      for (const waiter of waiters) waiter.reject(failure);
      waiters = [];
    }
    if (waiters.length > 0) Atomics.store(ring.state, RING_STATE.WAITING, 1);
    const durable = durableSequence(ring);
    for (const waiter of waiters) if (waiter.sequence <= durable) waiter.resolve();
    waiters = waiters.filter((waiter) => waiter.sequence > durable);
    link.keepAlive(waiters.length > 0);
  }

  /** Makes ready what was taken in this turn of the event loop, for all who wait for it at once. */
  function ask(): void {
    isAsking = false;
    try {
      link.assertAlive();
      makeReady(ring);
      awaitNews(null);
    } catch (error) {
      awaitNews(error as CommonwattError);
    }
  }

  link.onNews(awaitNews);
  return () =>
    new Promise((resolve, reject) => {
      waiters.push({ sequence: ring.sequence, resolve, reject });
      if (!isAsking) queueMicrotask(ask);
      isAsking = true;
    });
}
