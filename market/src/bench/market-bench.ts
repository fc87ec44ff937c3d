import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommonwattError, median } from "@commonwatt/vpp-core";
import type { AuctionSpeed } from "./auction-speed.ts";
import type { Digest } from "./digest.ts";
import type { WallSpeed } from "./durable-speed.ts";
import type { EngineSpeed, Latency } from "./engine-speed.ts";
import { type EngineName, runTask } from "./engine-task.ts";
import type { WorkloadShape } from "./workload.ts";
import { makeWorkload, WORKLOADS } from "./workloads.ts";

/** How much is measured. */
export interface MarketBenchOptions {
  readonly rounds: number;
  readonly seed: number;
  /** 1 for the workloads as they are described; less for smaller ones. */
  readonly scale: number;
}

const TIMED = ["flat", "object", "nodejs-order-book"] as const;
type Timed = (typeof TIMED)[number];

/** What one workload showed. */
export interface WorkloadResult {
  readonly workload: string;
  /** Up to how many timed messages each engine was found equal to the flat calls. */
  readonly comparedMessages: Readonly<Record<Exclude<EngineName, "flat">, number>>;
  /** Millions of messages per second of CPU, median over the rounds. */
  readonly millionPerS: Readonly<Record<Timed, number>> & {
    /** `null` when it could not fill its books in 10 s. */
    readonly naive: number | null;
  };
  /** The same of a first run, while V8 still compiles. */
  readonly coldMillionPerS: Readonly<Record<"flat" | "object", number>>;
  /** Medians of each round's own ratio. */
  readonly flatVsNodejsOrderBook: number;
  readonly objectVsNodejsOrderBook: number;
}

/** Everything that the benchmark of the market measured. */
export interface MarketBenchResult {
  readonly workloads: readonly WorkloadResult[];
  readonly latency: Latency;
  readonly durable: DurableShare;
  readonly auction: AuctionSpeed;
  readonly auction10k: AuctionSpeed;
}

/** How much of the matching core's speed is left when every command is on the disk before it is acknowledged. */
export interface DurableShare {
  /** Median of each round's own ratio, by the wall clock. */
  readonly share: number;
  /** Millions of messages per second, medians over the rounds. */
  readonly memoryMillionPerS: number;
  readonly durableMillionPerS: number;
}

const OTHERS = ["object", "nodejs-order-book", "naive"] as const;
/** Runs of an engine within a process, at least: one cold and one warm. */
const RUNS = 2;
/** The same of books in memory and of durable ones. */
const WALL_RUNS = 3;
/** Seconds of CPU that an engine may take to be compared, and to be timed; a slow one does less within. */
const COMPARE_CAP_S = 3;
const TIMED_CAP_S = 3;
const NAIVE_CAP_S = 1;

/** Runs the whole benchmark; `onStep` is told of each finished part. */
export async function marketBench(
  { rounds, seed, scale }: MarketBenchOptions,
  onStep: (step: object) => void,
): Promise<MarketBenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-market-bench-"));
  try {
    const workloads: WorkloadResult[] = [];
    let latency: Latency | null = null;
    let durable: DurableShare | null = null;
    for (const name of WORKLOADS) {
      const { shape, messages } = makeWorkload(name, seed, scale);
      const file = join(folder, name);
      await writeFile(file, messages);
      const result = await measure(shape, file, rounds);
      onStep({ event: "workload", ...result });
      workloads.push(result);
      durable ??= await durableShare(shape, file, rounds);
      latency ??= await runTask<Latency>({ do: "latency", engine: "flat", shape, file }, folder);
      await rm(file);
    }
    if (latency === null || durable === null) throw new RangeError("there is no workload");
    const auction = await runTask<AuctionSpeed>(
      { do: "auction", orders: Math.ceil(1e6 * scale), seed },
      folder,
    );
    const auction10k = await runTask<AuctionSpeed>(
      { do: "auction", orders: Math.ceil(1e4 * scale), seed },
      folder,
    );
    for (const one of [auction, auction10k]) onStep({ event: "auction", ...one });
    onStep({ event: "durable", ...durable });
    return { workloads, latency, durable, auction, auction10k };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function durableShare(shape: WorkloadShape, file: string, rounds: number): Promise<DurableShare> {
  const [memory, durable]: [WallSpeed[], WallSpeed[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const task = { do: "wall", engine: "flat", shape, file, runs: WALL_RUNS } as const;
    memory.push(await runTask<WallSpeed>({ ...task, isDurable: false }, dirname(file)));
    durable.push(await runTask<WallSpeed>({ ...task, isDurable: true }, dirname(file)));
  }
  const hashes = new Set([...memory, ...durable].map(({ hash }) => hash));
  if (hashes.size !== 1) {
    throw new CommonwattError("BENCH_DIVERGED", "durable books and those in memory differ", {
      details: { workload: shape.name, hashes: [...hashes].join(" | ") },
    });
  }
  const million = (speeds: readonly WallSpeed[]): number =>
    rounded(median(speeds.map(({ perSecond }) => perSecond)) / 1e6);
  const ratios = durable.map(({ perSecond }, round) => perSecond / (memory[round]?.perSecond ?? Number.NaN));
  return {
    share: rounded(median(ratios)),
    memoryMillionPerS: million(memory),
    durableMillionPerS: million(durable),
  };
}

async function measure(shape: WorkloadShape, file: string, rounds: number): Promise<WorkloadResult> {
  const comparedMessages = await compare(shape, file);
  const speeds: Record<Timed, EngineSpeed[]> = { flat: [], object: [], "nodejs-order-book": [] };
  const speed = (engine: EngineName, runs: number, capS: number): Promise<EngineSpeed | null> =>
    runTask<EngineSpeed | null>({ do: "speed", engine, shape, file, runs, capS }, dirname(file));
  for (let round = 0; round < rounds; round++) {
    // Every second round goes backwards, so that a machine which grows slower or faster favours nobody.
    for (const engine of round % 2 === 0 ? TIMED : TIMED.toReversed()) {
      const measured = await speed(engine, RUNS, TIMED_CAP_S);
      if (measured === null) throw tooSlow(engine, shape);
      speeds[engine].push(measured);
    }
  }
  const naive = await speed("naive", 1, NAIVE_CAP_S);
  const million = (engine: Timed, key: "perSecond" | "coldPerSecond"): number =>
    rounded(median(speeds[engine].map((one) => one[key])) / 1e6);
  const peers = speeds["nodejs-order-book"];
  const ratio = (engine: Timed): number =>
    rounded(
      median(speeds[engine].map(({ perSecond }, i) => perSecond / (peers[i]?.perSecond ?? Number.NaN))),
    );
  return {
    workload: shape.name,
    comparedMessages,
    millionPerS: {
      flat: million("flat", "perSecond"),
      object: million("object", "perSecond"),
      "nodejs-order-book": million("nodejs-order-book", "perSecond"),
      naive: naive === null ? null : rounded(naive.perSecond / 1e6),
    },
    coldMillionPerS: { flat: million("flat", "coldPerSecond"), object: million("object", "coldPerSecond") },
    flatVsNodejsOrderBook: ratio("flat"),
    objectVsNodejsOrderBook: ratio("object"),
  };
}

function tooSlow(engine: EngineName, { name: workload }: WorkloadShape): CommonwattError {
  return new CommonwattError("BENCH_TOO_SLOW", `${engine} did too little of ${workload} in its time`, {
    details: { engine, workload },
  });
}

/** Four digits are more than any measurement here is worth. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Compares every engine with the flat calls at every checkpoint that it reaches. */
async function compare(shape: WorkloadShape, file: string): Promise<WorkloadResult["comparedMessages"]> {
  const digestsOf = (engine: EngineName): Promise<readonly Digest[]> =>
    runTask<readonly Digest[]>({ do: "digest", engine, shape, file, capS: COMPARE_CAP_S }, dirname(file));
  const flat = await digestsOf("flat");
  const compared = { object: 0, "nodejs-order-book": 0, naive: 0 };
  for (const engine of OTHERS) {
    for (const [i, digest] of (await digestsOf(engine)).entries()) {
      if (JSON.stringify(digest) !== JSON.stringify(flat[i])) {
        throw new CommonwattError("BENCH_DIVERGED", `${engine} and the flat calls differ on ${shape.name}`, {
          details: { engine, workload: shape.name, ...digest },
        });
      }
      compared[engine] = digest.messages;
    }
    // The naive market may be too slow even to fill its books; then its figure is null, too.
    if (compared[engine] === 0 && engine !== "naive") throw tooSlow(engine, shape);
  }
  return compared;
}
