import { cpuSeconds } from "./cpu-time.ts";
import { type BenchEngine, type TradeTrace, WordHash, type Workload } from "./workload.ts";

/** What an engine had done after so many timed messages: equal engines have equal digests. */
export interface Digest {
  readonly messages: number;
  readonly volumeWh: number;
  /** Of every trade: resting order, incoming order, tick and quantity. */
  readonly trades: number;
  /** Of every level that is left in every book. */
  readonly depth: number;
}

/** Plays a workload and takes digests at its checkpoints, until they are all taken or the time is over. */
export function digests(engine: BenchEngine, { shape, messages }: Workload, capS: number): readonly Digest[] {
  const trades = new WordHash();
  const trace = (maker: number, taker: number, tick: number, quantityWh: number): void => {
    for (const word of [maker, taker, tick, quantityWh]) trades.add(word);
  };
  const taken: Digest[] = [];
  const spent = cpuSeconds();
  let done = 0;
  for (const checkpoint of shape.checkpoints) {
    const to = shape.fill + checkpoint;
    done = runUntil(engine, messages, done, to, spent, capS, trace);
    if (done < to) break;
    const { volumeWh } = engine;
    taken.push({
      messages: checkpoint,
      volumeWh,
      trades: trades.value,
      depth: depthHash(engine, shape.books),
    });
  }
  return taken;
}

/** Messages before the first look at the time. */
const STEP_MIN = 100;
/** Seconds between two looks, as near as it can be had: a look takes a microsecond, as much as ten messages. */
const LOOK_S = 0.002;

/** Plays messages until all are played or `capS` seconds of CPU are spent. Answers up to where it came. */
export function runUntil(
  engine: BenchEngine,
  messages: Int32Array,
  from: number,
  to: number,
  spent: () => number,
  capS: number,
  trace?: TradeTrace,
): number {
  let done = from;
  let step = STEP_MIN;
  let atS = spent();
  while (done < to && atS < capS) {
    const next = Math.min(to, done + step);
    engine.run(messages, done, next, trace);
    done = next;
    const nowS = spent();
    if (nowS - atS < LOOK_S) step *= 2;
    else if (nowS - atS > 2 * LOOK_S) step = Math.max(STEP_MIN, step >> 1);
    atS = nowS;
  }
  return done;
}

function depthHash(engine: BenchEngine, books: number): number {
  const hash = new WordHash();
  for (let book = 0; book < books; book++) {
    for (const side of [0, 1] as const) {
      const depth = engine.depth(book, side);
      hash.add(depth.length);
      for (const [tick, quantityWh] of depth) {
        hash.add(tick);
        hash.add(quantityWh);
      }
    }
  }
  return hash.value;
}
