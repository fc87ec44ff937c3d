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
    done = runUntil(engine, messages, done, to, () => spent() >= capS, trace);
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

/** Messages between two looks at the time. */
const STEP = 100;

/** Plays messages until all are played or it is time to stop. Answers up to where it came. */
export function runUntil(
  engine: BenchEngine,
  messages: Int32Array,
  from: number,
  to: number,
  isOver: () => boolean,
  trace?: TradeTrace,
): number {
  let done = from;
  while (done < to && !isOver()) {
    const next = Math.min(to, done + STEP);
    engine.run(messages, done, next, trace);
    done = next;
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
