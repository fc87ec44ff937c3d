/** The last events of a feed as JSON, numbered without gaps from 1. */
export interface EventRing {
  add(event: object): void;
  /** Number of the last event; 0 before the first. */
  last(): number;
  /** Number of the oldest event that is kept; one above the last when none is. */
  oldest(): number;
  /** An event; `null` when it is no longer, or not yet, there. */
  text(sequence: number): string | null;
}

/** Makes a ring that keeps so many events, each with the feed's name and its number. */
export function eventRing(feed: string, kept: number): EventRing {
  const ring: string[] = [];
  let last = 0;
  const oldest = (): number => Math.max(1, last - kept + 1);
  return {
    add(event) {
      last += 1;
      ring[last % kept] = JSON.stringify({ ...event, feed, sequence: last });
    },
    last: () => last,
    oldest,
    text: (sequence) => (sequence < oldest() || sequence > last ? null : (ring[sequence % kept] ?? null)),
  };
}
