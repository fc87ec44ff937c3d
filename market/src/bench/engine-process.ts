import { readFileSync } from "node:fs";
import { auctionSpeed } from "./auction-speed.ts";
import { digests } from "./digest.ts";
import { durableSpeed, memorySpeed } from "./durable-speed.ts";
import { engineLatency, engineSpeed } from "./engine-speed.ts";
import type { EngineTask } from "./engine-task.ts";
import { FlatEngine } from "./flat-engine.ts";
import { NaiveEngine } from "./naive-engine.ts";
import { NodejsOrderBookEngine } from "./nodejs-order-book-engine.ts";
import { ObjectEngine } from "./object-engine.ts";
import type { BenchEngine, Workload, WorkloadShape } from "./workload.ts";

const ENGINES = {
  flat: FlatEngine,
  object: ObjectEngine,
  "nodejs-order-book": NodejsOrderBookEngine,
  naive: NaiveEngine,
} satisfies Record<string, new (shape: WorkloadShape) => BenchEngine>;

/** Does one task in a process of its own and prints what came of it as one line of JSON. */
async function main(task: EngineTask): Promise<unknown> {
  if (task.do === "auction") return auctionSpeed(task.orders, task.seed);
  const bytes = readFileSync(task.file);
  const messages = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const workload: Workload = { shape: task.shape, messages };
  if (task.do === "wall")
    return task.isDurable ? durableSpeed(workload, task.runs) : memorySpeed(workload, task.runs);
  const make = (): BenchEngine => new ENGINES[task.engine](task.shape);
  if (task.do === "digest") return digests(make(), workload, task.capS);
  if (task.do === "speed") return engineSpeed(make, workload, task.runs, task.capS);
  return engineLatency(make, workload);
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? "") as EngineTask))}\n`);
