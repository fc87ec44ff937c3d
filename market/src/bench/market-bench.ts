import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { AuctionSpeed } from "./auction-speed.ts";
import { median } from "./cpu-time.ts";
import type { Digest } from "./digest.ts";
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

/** What one workload showed. */
export interface WorkloadResult {
  readonly workload: string;
  /** Up to how many timed messages each engine was found equal to the flat calls. */
  readonly comparedMessages: Readonly<Record<Exclude<EngineName, "flat">, number>>;
  /** Millions of messages per second of CPU, median over the rounds. */
  readonly millionPerS: Readonly<Record<EngineName, number>>;
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
  readonly auction: AuctionSpeed;
  readonly auction10k: AuctionSpeed;
}

const OTHERS = ["object", "nodejs-order-book", "naive"] as const;
/** Runs of an engine within a process: one cold and some warm. */
const RUNS = 5;
/** Seconds of CPU that an engine may take to be compared, and to be timed; a slow one does less within. */
const COMPARE_CAP_S = 6;
const TIMED_CAP_S = 4;
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
    for (const name of WORKLOADS) {
      const { shape, messages } = makeWorkload(name, seed, scale);
      const file = join(folder, name);
      await writeFile(file, messages);
      const result = await measure(shape, file, rounds);
      onStep({ event: "workload", ...result });
      workloads.push(result);
      latency ??= await runTask<Latency>({ do: "latency", engine: "flat", shape, file });
      await rm(file);
    }
    if (latency === null) throw new RangeError("there is no workload");
    const auction = await runTask<AuctionSpeed>({ do: "auction", orders: Math.ceil(1e6 * scale), seed });
    const auction10k = await runTask<AuctionSpeed>({ do: "auction", orders: Math.ceil(1e4 * scale), seed });
    for (const one of [auction, auction10k]) onStep({ event: "auction", ...one });
    return { workloads, latency, auction, auction10k };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(shape: WorkloadShape, file: string, rounds: number): Promise<WorkloadResult> {
  const comparedMessages = await compare(shape, file);
  const speeds: Record<EngineName, EngineSpeed[]> = {
    flat: [],
    object: [],
    "nodejs-order-book": [],
    naive: [],
  };
  for (let round = 0; round < rounds; round++) {
    for (const engine of ["flat", "object", "nodejs-order-book"] as const) {
      const task = { do: "speed", engine, shape, file, runs: RUNS, capS: TIMED_CAP_S } as const;
      speeds[engine].push(await runTask<EngineSpeed>(task));
    }
  }
  const naive = { do: "speed", engine: "naive", shape, file, runs: 1, capS: NAIVE_CAP_S } as const;
  speeds.naive.push(await runTask<EngineSpeed>(naive));
  const million = (engine: EngineName, key: "perSecond" | "coldPerSecond"): number =>
    rounded(median(speeds[engine].map((speed) => speed[key])) / 1e6);
  const ratio = (engine: EngineName): number =>
    rounded(
      median(
        speeds[engine].map(
          ({ perSecond }, round) => perSecond / (speeds["nodejs-order-book"][round]?.perSecond ?? Number.NaN),
        ),
      ),
    );
  return {
    workload: shape.name,
    comparedMessages,
    millionPerS: {
      flat: million("flat", "perSecond"),
      object: million("object", "perSecond"),
      "nodejs-order-book": million("nodejs-order-book", "perSecond"),
      naive: million("naive", "perSecond"),
    },
    coldMillionPerS: { flat: million("flat", "coldPerSecond"), object: million("object", "coldPerSecond") },
    flatVsNodejsOrderBook: ratio("flat"),
    objectVsNodejsOrderBook: ratio("object"),
  };
}

/** Four digits are more than any measurement here is worth. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Compares every engine with the flat calls at every checkpoint that it reaches. */
async function compare(shape: WorkloadShape, file: string): Promise<WorkloadResult["comparedMessages"]> {
  const digestsOf = (engine: EngineName): Promise<readonly Digest[]> =>
    runTask<readonly Digest[]>({ do: "digest", engine, shape, file, capS: COMPARE_CAP_S });
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
    if (compared[engine] === 0) {
      throw new CommonwattError(
        "BENCH_TOO_SLOW",
        `${engine} could not be compared on ${shape.name} in time`,
        {
          details: { engine, workload: shape.name },
        },
      );
    }
  }
  return compared;
}
