import { parentPort, workerData } from "node:worker_threads";
import { seededRandom } from "@commonwatt/vpp-core";
import { buildBatch } from "../batch/build-batch.ts";
import { orderDomain } from "../batch/order-digest.ts";
import { orderFaults } from "../batch/order-faults.ts";
import { orderLeaves } from "../batch/order-leaves.ts";
import { verifyBatch } from "../batch/verify-batch.ts";
import { COMMUNITY, DOMAIN, largeInterval, signedOrders } from "./large-interval.ts";
import { REPEATS, threadMs } from "./thread-time.ts";

/** What a worker of the benchmark is to do, again and again. */
export type BenchTask =
  | { readonly task: "batch"; readonly sites: number; readonly trades: number }
  | { readonly task: "signatures"; readonly orders: number };

/** How long the parts of a task took, in ms of CPU of this thread. */
interface TaskTime {
  readonly buildMs: number;
  readonly verifyMs: number;
}

/** What a task took in one round, on average, and the slowest of its repeats. */
export interface BenchRound extends TaskTime {
  readonly slowestMs: number;
}

const once = prepare(workerData as BenchTask);
parentPort?.on("message", () => parentPort?.postMessage(round()));
parentPort?.postMessage("ready");

function round(): BenchRound {
  const times = Array.from({ length: REPEATS }, once);
  const mean = (field: keyof TaskTime): number =>
    times.reduce((sum, time) => sum + time[field], 0) / times.length;
  const slowestMs = Math.max(...times.map(({ buildMs, verifyMs }) => buildMs + verifyMs));
  return { buildMs: mean("buildMs"), verifyMs: mean("verifyMs"), slowestMs };
}

function prepare(task: BenchTask): () => TaskTime {
  const random = seededRandom("bench");
  if (task.task === "signatures") return verifyOrders(task.orders);
  const input = largeInterval(task.sites, task.trades, random);
  return () => {
    const building = threadMs();
    const { file } = buildBatch(null, input, "trusted");
    const buildMs = building();
    const verifying = threadMs();
    const faults = verifyBatch(null, file, "trusted");
    const verifyMs = verifying();
    if (faults.length > 0) throw new Error(`the benchmark's batch is wrong: ${faults.join(", ")}`);
    return { buildMs, verifyMs };
  };
}

function verifyOrders(count: number): () => TaskTime {
  const domain = orderDomain(COMMUNITY, DOMAIN);
  const orders = orderLeaves(domain, signedOrders(count, seededRandom("bench")), () => 0);
  return () => {
    const verifying = threadMs();
    if (orderFaults(domain, orders, false).some((fault) => fault !== null)) {
      throw new Error("an order of the benchmark is not signed");
    }
    return { buildMs: 0, verifyMs: verifying() };
  };
}
