import { monitorEventLoopDelay } from "node:perf_hooks";
import { durationMs, systemClock, type Timer } from "@commonwatt/vpp-core";

const BEAT_MS = 5;
const RESOLUTION_MS = 10;
const NANOS_PER_MS = 1_000_000;

/** How late this process's event loop was: what a busy machine does, told from what is tested. */
export class LoopLag {
  readonly #delays: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({
    resolution: RESOLUTION_MS,
  });

  constructor() {
    this.#delays.enable();
  }

  get p99Ms(): number {
    return lagOf(this.#delays.percentile(99));
  }

  get maxMs(): number {
    return lagOf(this.#delays.max);
  }
}

function lagOf(nanos: number): number {
  return Math.max(0, Math.round(nanos / NANOS_PER_MS - RESOLUTION_MS));
}

/**
 * Knows before which time a request that comes in now cannot have arrived. A request waits in the kernel
 * while the event loop is busy, first for its connection to be accepted and then to be read, each in one
 * round of the loop. Between two beats there is a whole round: what had arrived before the third last one
 * would have been seen by now.
 */
export class ArrivalBound {
  readonly #beatsMs: [number, number, number];
  #timer: Timer;

  constructor() {
    const now = systemClock.now();
    this.#beatsMs = [now, now, now];
    this.#timer = this.#next();
  }

  /** The earliest time at which what is being handled now can have arrived. */
  get earliestMs(): number {
    return this.#beatsMs[0];
  }

  close(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    return systemClock.after(durationMs(BEAT_MS), () => {
      this.#beatsMs.shift();
      this.#beatsMs.push(systemClock.now());
      this.#timer = this.#next();
    });
  }
}
